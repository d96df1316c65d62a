/** Messages of batches from outside are read only where a run would have written them. */
import { createRun, defineMachine } from '@xmachines/core'
import { readBatchMessage, recordable } from '@xmachines/core/internal'
import { expect, test } from 'vitest'
import { expectBugs } from './quiet.ts'

expectBugs()

test('the message that a run writes is read into its events', () => {
  const events = [{ type: 'A', text: '\u2028"€"😀\n', numbers: [0, -1.5, 1e21] }, { type: 'B' }]
  const machine = defineMachine<null, { type: string }>({ name: 'any', version: '1', initial: null, on: {} })
  const run = createRun(machine)
  run.in.send(events)
  const commit = new TextDecoder().decode(recordable(run).commitAt(1))
  expect(readBatchMessage(commit.slice(commit.indexOf('\n\n') + 2))).toEqual(events)
})

test.each([
  ['no line end', '{"type":"A"}', 'line end'],
  ['no events', '', 'line end'],
  ['an empty line', '{"type":"A"}\n\n', 'JSON'],
  ['what is no JSON', 'Merge branch\n', 'JSON'],
  ['white space', '{"type": "A"}\n', 'canonical'],
  ['members in another order', '{"type":"A","by":1}\n', 'canonical'],
  ['a number written otherwise', '{"by":1.0,"type":"A"}\n', 'canonical'],
  ['a member twice', '{"type":"A","type":"A"}\n', 'canonical'],
  ['no type', '{"by":1}\n', 'type is missing'],
  ['what is no object', '[]\n', 'an array'],
  ['a lone surrogate', '{"text":"\\ud800","type":"A"}\n', 'canonical'],
  ['a key that plain data has not', '{"__proto__":1,"type":"A"}\n', '__proto__'],
  ['too many levels', `{"a":${'['.repeat(600)}${']'.repeat(600)},"type":"A"}\n`, 'levels'],
])('%s is refused', (_what, message, why) => {
  expect(() => readBatchMessage(message)).toThrow(why)
})
