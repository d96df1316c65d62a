// A chart of XState in a real repository: its history is a log, and the run goes on from there.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRun, handleOutputs, waitFor } from '@xmachines/core'
import { openRepository } from '@xmachines/git'
import { fromXState, viewOf, xstateEffects } from '@xmachines/xstate'
import { expect, onTestFinished, test } from 'vitest'
import { assign, fromPromise, setup } from 'xstate'

const quote = setup({
  types: { context: {} as { price: number }, events: {} as { type: 'ASK' } },
  actors: { ask: fromPromise(async ({ input }: { input: string }) => input.length) },
}).createMachine({
  id: 'quote',
  version: '1',
  context: { price: 0 },
  initial: 'idle',
  states: {
    idle: { on: { ASK: 'waiting' } },
    waiting: { after: { 10: 'asking' } },
    asking: {
      invoke: {
        src: 'ask',
        input: 'ACME',
        onDone: { target: 'known', actions: assign({ price: ({ event }) => event.output }) },
      },
    },
    known: { type: 'final' },
  },
})

test('the log of a chart has its events, its timers and the answers of its children, and opens in the same state', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chart-log-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const machine = fromXState(quote)
  const run = createRun(machine)
  const repository = await openRepository(join(folder, 'runs.git'), { create: true })
  const recorder = repository.record(run)
  void handleOutputs(run, xstateEffects(run, quote))
  run.in.send({ type: 'ASK' })
  await waitFor(run, ({ status }) => status === 'done')
  await recorder.stop()

  const printed = execFileSync('git', ['-C', repository.directory, 'log', '--oneline', run.head], { encoding: 'utf8' })
  const subjects = printed
    .trim()
    .split('\n')
    .map((line) => line.replace(/^[0-9a-f]+ /, ''))
  expect(subjects.map((subject) => /"type":"([^"]+)"/.exec(subject)?.[1] ?? subject)).toEqual([
    'xstate.done.actor.0.quote.asking',
    'xstate.after.10.quote.waiting',
    'ASK',
    'run quote@1',
    'machine quote@1',
  ])
  const opened = await repository.open(machine, run.id)
  expect([opened.head, opened.state]).toEqual([run.head, run.state])
  expect(viewOf(quote, opened.state).matches('known')).toBe(true)
  expect(opened.state.context).toEqual({ price: 4 })
  await repository.close()
})
