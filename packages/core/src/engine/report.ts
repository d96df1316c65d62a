// What development says about refusals. A bug of the machine or of the sender is printed at once, with its stack, whoever
// sent the batch. A refusal by a rule is printed only if no caller got it and nobody reads `err`.

import { inNextTask } from '../data/built-ins.ts'
import { tell } from '../data/tell.ts'
import { labelOf } from '../machine/machine.ts'
import { type RunError, sharedMessage } from '../machine/run-error.ts'
import { adviceOn } from './describe-failure.ts'
import type { Log, Via } from './log.ts'
import type { Refusal } from './refusal.ts'

/** The refusals of one run in one tick. */
interface Tick {
  /** The bugs that were printed. */
  readonly bugs: Set<string>
  /** How many more there were, of the same kinds. */
  more: number
  /** Refusals that no caller got. */
  readonly unseen: RunError[]
}

const ticks = new WeakMap<Log, Tick>()

/** How many bugs are printed in one tick. A loop makes thousands. */
const MOST_BUGS = 10

/** Says what is to be said about a refusal. Nobody calls it in production. */
export function report(log: Log, error: RunError, refusal: Refusal, via: Via): void {
  if (isBug(refusal)) reportBug(log, error, refusal)
  // Whoever wrote a batch that ended the run has the error.
  else if (via === 'stream' && !error.fatal) tickOf(log).unseen.push(error)
}

/** Whether a refusal shows a mistake in code: in that of the machine, of the schema, or of the sender. */
function isBug({ code, more }: Refusal): boolean {
  if (code === 'SCHEMA_MISMATCH') return more.issues === undefined
  return code !== 'REFUSED' && code !== 'UNHANDLED' && code !== 'RUN_DONE'
}

function reportBug(log: Log, error: RunError, { code, message, index, more }: Refusal): void {
  const tick = tickOf(log)
  const type = (error.batch?.[index ?? -1] as { readonly type?: string } | undefined)?.type
  const kind = JSON.stringify([code, type, message, more.threw])
  if (tick.bugs.has(kind) || tick.bugs.size === MOST_BUGS) {
    tick.more++
    return
  }
  tick.bugs.add(kind)
  // The stack of what was thrown says where the bug is. Without one, that of the refusal says who sent the batch.
  if (more.threw === undefined) tell('error', error)
  else tell('error', sharedMessage(error), more.cause, ...adviceOn(more.cause))
}

function tickOf(log: Log): Tick {
  let tick = ticks.get(log)
  if (tick === undefined) {
    ticks.set(log, (tick = { bugs: new Set(), more: 0, unseen: [] }))
    const begun = tick
    inNextTask(() => endTick(log, begun))
  }
  return tick
}

/** A reader that wants the refusals of a tick has come by its end. */
function endTick(log: Log, { more, unseen }: Tick): void {
  ticks.delete(log)
  if (more > 0) {
    tell('error', `${labelOf(log.machine)} refused ${more} more for bugs like these, in the same tick.`)
  }
  const isRead = log.sets.some((set) => set.deref()?.readsRefusals())
  warnOf(
    unseen.filter(({ code }) => code !== 'RUN_DONE' && !isRead),
    ' Read run.err to handle refusals.',
  )
  // `err` does not deliver these.
  warnOf(
    unseen.filter(({ code }) => code === 'RUN_DONE'),
    '',
  )
}

function warnOf([first, ...others]: readonly RunError[], advice: string): void {
  if (first === undefined) return
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  tell('warn', `${first.message}${more}.${advice}`)
}
