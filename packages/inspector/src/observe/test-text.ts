// A run as a Vitest test: the same machine, genesis and batches, and the state that they lead to.

import { nonceOf } from '@xmachines/core/internal'
import { logsOf } from './logs.ts'
import type { ObservedRun } from './observed-run.ts'

/**
 * The text of a test that does what a run did up to a batch.
 * @throws {RangeError} if the run has dropped batches
 */
export function testText(observed: ObservedRun, sequence: number): string {
  const { machine, run, dropped } = observed
  if (dropped > 0) throw new RangeError(`the run has dropped its first ${dropped} batches; read them from its store`)
  const { name, version } = machine
  const { origin } = logsOf(run).confirmed
  const { createdAt, input } = origin
  const variable = name.replaceAll(/-+(.?)/g, (_match, letter: string) => letter.toUpperCase())
  const batches = Array.from({ length: sequence }, (_, at) => {
    const events = observed.batch(at + 1) ?? []
    return `    ${JSON.stringify(events.length === 1 ? events[0] : events)},\n`
  })
  const moment = observed.moment(sequence)
  if (typeof moment === 'string') throw new RangeError(`the state behind batch ${sequence} is not known: ${moment}`)
  const given = input === undefined ? '' : `    input: ${JSON.stringify(input)},\n`
  const nonce = nonceOf(origin).replaceAll(/../g, (byte) => `0x${byte}, `)
  return `import { createRun } from '@xmachines/core'
import { expect, test } from 'vitest'
import { ${variable} } from './${name}.ts'

test('${name}@${version} takes ${sequence === 1 ? 'one batch' : `${sequence} batches`} to the same state', () => {
  const run = createRun(${variable}, {
${given}    createdAt: ${createdAt},
    nonce: Uint8Array.of(${nonce.slice(0, -2)}),
  })
  const batches = [
${batches.join('')}  ] as const
  for (const batch of batches) expect(run.in.send(batch)).toBeUndefined()
  expect(run.state).toEqual(${JSON.stringify(moment.state)})
})
`
}
