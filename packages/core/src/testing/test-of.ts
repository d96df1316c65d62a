// Writes a history as a test: the text of a file for Vitest, which sends the same events to the machine.

import { wrongValue } from '../data/describe-value.ts'
import { Refusal } from '../engine/refusal.ts'
import { step } from '../engine/step.ts'
import { openHistory, readBatch, readGenesis } from '../history/read-records.ts'
import type { GenesisRecord } from '../history/records.ts'
import { type ReplayedStep, replaySteps } from '../history/replay-steps.ts'
import type { ObjectFormat } from '../identity/object-format.ts'
import { type AnyMachine, checkMachine, labelOf, NAME, type RunEvent, VERSION } from '../machine/machine.ts'
import type { History } from '../run/restore-run.ts'
import { literalOf } from './literal.ts'

/** What cannot be the name of a variable in the test: words of the language, and what the test has already. */
const TAKEN =
  /^(await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|export|extends|false|finally|for|function|if|import|in|instanceof|let|new|null|return|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield|createRun|expect|run|sha256|test)$/

/** What the test says beside the events. */
export interface TestOptions {
  /** The machine: with it the test expects its latest state, and the refusals that a captured run has and it repeats. */
  readonly machine?: unknown
  /** The module that exports the machine: `./NAME.ts` unless given. */
  readonly from?: string
  /** The name of the export, or `default`: the name of the machine in camel case unless given. */
  readonly as?: string
  /** The title of the test. */
  readonly title?: string
  /** The object format of the history, if it is not SHA-1. */
  readonly format?: ObjectFormat
}

/**
 * Writes a history as a test: the text of a file for Vitest that runs when it is pasted beside the machine. It sends each
 * batch and expects the machine to take it. With `machine` it expects the state that the history leads to there; without it,
 * the state that a document was saved with.
 *
 * @param history what `run.toJSON()` or `captureRun` gives, or records
 * @param options the machine, and where the test imports it from
 * @returns the text, which ends with `\n`
 * @throws {TypeError} if an argument has the wrong type
 * @throws {RangeError} if `as` is no name of an export
 * @throws {RunError} if the history is malformed; with `machine`, if it does not replay there
 *
 * @example
 * ```ts
 * import { createRun, defineMachine } from '@xmachines/core'
 * import { testOf } from '@xmachines/core/testing'
 *
 * const door = defineMachine<{ at: 'closed' } | { at: 'open' }, { type: 'OPEN' }>({
 *   name: 'door',
 *   version: '1',
 *   initial: { at: 'closed' },
 *   states: { closed: { OPEN: 'open' }, open: {} },
 * })
 * const run = createRun(door)
 * run.in.send({ type: 'OPEN' })
 * const lines = testOf(run.toJSON(), { machine: door }).split('\n')
 * console.log(lines[2]) // import { door } from './door.ts'
 * console.log(lines[6]) //   expect(run.in.send({ type: 'OPEN' })).toBeUndefined()
 * console.log(lines[7]) //   expect(run.state).toEqual({ at: 'open' })
 * ```
 */
export function testOf(history: History, { machine, from, as, title, format }: TestOptions = {}): string {
  const { records, document } = openHistory(history)
  const all = [...records]
  const genesis = readGenesis(all[0])
  const { name } = checkName(genesis.machine)
  const exported = as ?? camelCase(name)
  if (!/^[A-Za-z_$][\w$]*$/.test(exported)) throw new RangeError(wrongValue('as', as, 'the name of an export'))
  const local = TAKEN.test(exported) ? 'machine' : exported
  const imported = exported === local ? `{ ${local} }` : `{ ${exported} as ${local} }`
  const isLong = genesis.format !== 'sha1' && machine === undefined
  const batches = all.slice(1).map((record, at) => batchOf(readBatch(record, at + 1, undefined).batch))
  const settings = {
    ...(genesis.input !== undefined && { input: literalOf(genesis.input, '  ') }),
    ...(isLong && { format: genesis.format }),
  }
  const given = Object.entries(settings).map(([key, text]) => (key === text ? key : `${key}: ${text}`))
  const begin = `  const run = createRun(${[local, ...(given.length > 0 ? [`{ ${given.join(', ')} }`] : [])].join(', ')})`
  const sent = (batch: unknown): string => `run.in.send(${literalOf(batch, '  ')})`
  const lines =
    machine === undefined
      ? [
          begin,
          ...batches.map((batch) => `  expect(${sent(batch)}).toBeUndefined()`),
          ...(typeof document?.state === 'string' && document.state !== ''
            ? [
                `  // The oid of the state that the run was saved with.`,
                `  expect(run.toJSON().state).toBe(${literalOf(document.state)})`,
              ]
            : []),
        ]
      : withMachine(machine, history, format, begin, sent)
  return `${[
    "import { createRun } from '@xmachines/core'",
    ...(isLong ? [`import { ${genesis.format} } from '@xmachines/core/${genesis.format}'`] : []),
    "import { expect, test } from 'vitest'",
    `import ${imported} from ${literalOf(from ?? `./${name}.ts`)}`,
    '',
    `test(${literalOf(title ?? titleOf(genesis, batches.length))}, () => {`,
    ...lines,
    '})',
  ].join('\n')}\n`
}

/** The lines of a test that knows what the machine makes of the events. */
function withMachine(
  machine: unknown,
  history: History,
  format: ObjectFormat | undefined,
  begin: string,
  sent: (batch: unknown) => string,
): string[] {
  checkMachine(machine)
  const any = machine as AnyMachine
  const lines = [begin]
  const refusals = refusalsOf(history)
  let last: ReplayedStep | undefined
  for (const replayed of replaySteps([any], history, { verify: false, format, checkDeterminism: false })) {
    const { sequence, events, state, status } = replayed
    if (sequence > 0) lines.push(`  expect(${sent(batchOf(events))}).toBeUndefined()`)
    for (const { code, batch } of status === 'active' ? refusals.filter((one) => one.sequence === sequence) : []) {
      const again = step(any, state, batch)
      if (again instanceof Refusal && again.code === code) {
        lines.push(`  expect(${sent(batchOf(batch))}?.code).toBe(${literalOf(code)})`)
      }
    }
    last = replayed
  }
  lines.push(`  expect(run.state).toEqual(${literalOf(last?.state, '  ')})`)
  if (last?.status === 'done') lines.push("  expect(run.snapshot.current.status).toBe('done')")
  return lines
}

interface KnownRefusal {
  readonly code: string
  readonly sequence: number
  readonly batch: readonly RunEvent[]
}

/** The refusals of a captured run that were judged by rules of the machine. */
function refusalsOf(history: History): KnownRefusal[] {
  const { refusals } = history as { readonly refusals?: unknown }
  const known = Array.isArray(refusals) ? (refusals as Partial<KnownRefusal>[]) : []
  return known.filter((one): one is KnownRefusal => {
    const { code, batch } = one ?? {}
    return (code === 'REFUSED' || code === 'UNHANDLED') && Array.isArray(batch) && batch.length > 0
  })
}

function batchOf(batch: unknown): unknown {
  return Array.isArray(batch) && batch.length === 1 ? batch[0] : batch
}

function checkName(machine: GenesisRecord['machine']): GenesisRecord['machine'] {
  // What comes from outside becomes source text here.
  if (NAME.test(machine.name) && VERSION.test(machine.version)) return machine
  throw new TypeError(
    wrongValue('the machine of the history', labelOf(machine), 'NAME@VERSION as defineMachine takes them'),
  )
}

function camelCase(name: string): string {
  return name.replace(/-+([a-z0-9]?)/g, (_, letter: string) => letter.toUpperCase())
}

function titleOf({ machine }: GenesisRecord, batches: number): string {
  return `${labelOf(machine)} takes ${batches === 1 ? 'a batch' : `${batches} batches`}`
}
