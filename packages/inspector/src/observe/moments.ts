// The states behind the batches of a run, replayed by a shadow: nothing of the run moves. Every 256th state is kept, and the
// latest 4,096 that were asked for, so that moving through a long history replays little. A long replay is done in slices.

import { type Batch, countOf, eventsOf, type Log } from '@xmachines/core/internal'
import type { RunLogs } from './logs.ts'

/** What a run was behind a batch. */
export interface Moment {
  readonly state: unknown
  /** How many outputs there were. */
  readonly position: number
}

/** Why there is no moment: it comes later, its batches were dropped, or the machine replays them otherwise. */
export type NoMoment = 'later' | 'dropped' | 'diverged'

/** Replays a run beside it. */
export interface Shadow {
  /** The moment behind a batch. Behind batch 0 is the genesis. */
  at(sequence: number): Moment | NoMoment
  /** What a batch emitted. */
  outputs(sequence: number): readonly unknown[] | NoMoment
  /** Keeps what the run is now. */
  keep(): void
}

/** A moment is kept in each block of so many batches. */
const BLOCK = 256
/** How many of the moments that were asked for are kept. */
const MOST_RECENT = 4096
/** How long one call replays, in milliseconds: half a frame. */
const SLICE = 8

interface Mark {
  readonly sequence: number
  readonly moment: Moment
}

/** The shadow of a run. */
export function shadowOf(logs: RunLogs, batchAt: (sequence: number) => Batch | undefined): Shadow {
  const { confirmed, tentative, initial } = logs
  const { machine, origin } = confirmed
  /** One moment of each block, and the recent ones. Only what is confirmed is kept: what is pending may change. */
  const marks: Mark[] = []
  const recent = new Map<number, Moment>()

  // A run that was opened from a snapshot does not have what came before it.
  if (confirmed.batches.dropped === 0) {
    mark({ sequence: 0, moment: { state: origin.initial, position: genesisOutputs().length } })
  } else if (initial.sequence === confirmed.batches.dropped) {
    mark({ sequence: initial.sequence, moment: { state: initial.state, position: confirmed.outputs.dropped } })
  }

  function genesisOutputs(): readonly unknown[] {
    const outputs: unknown[] = []
    quietly(confirmed, () => machine.initial(origin.input, (output) => outputs.push(output)))
    return outputs
  }

  function mark(made: Mark): void {
    if (made.sequence <= countOf(confirmed.batches)) marks[Math.floor(made.sequence / BLOCK)] ??= made
  }

  function nearest(sequence: number): Mark | undefined {
    for (let block = Math.floor(sequence / BLOCK); block >= 0; block--) {
      const found = marks[block]
      if (found !== undefined && found.sequence <= sequence) return found
    }
    return undefined
  }

  function remember(sequence: number, moment: Moment): void {
    if (sequence > countOf(confirmed.batches)) return
    mark({ sequence, moment })
    recent.delete(sequence)
    recent.set(sequence, moment)
    if (recent.size <= MOST_RECENT) return
    const { value } = recent.keys().next()
    recent.delete(value as number)
  }

  function next({ state, position }: Moment, sequence: number): (Moment & { outputs: readonly unknown[] }) | NoMoment {
    const batch = batchAt(sequence)
    if (batch === undefined) return 'dropped'
    // The events were judged when they were applied, and the engine checked what came of them: here nothing is checked again.
    const outputs: unknown[] = []
    const emit = (output: unknown): unknown => outputs.push(output)
    try {
      const reached = quietly(tentative, () =>
        eventsOf(batch).reduce((from, event) => Object.freeze(machine.transition(from, event, emit)), state),
      )
      return { state: reached, position: position + outputs.length, outputs }
    } catch {
      return 'diverged'
    }
  }

  function at(sequence: number): Moment | NoMoment {
    const known = recent.get(sequence)
    if (known !== undefined) return known
    const start = before(sequence)
    if (start === undefined) return 'dropped'
    let { moment } = start
    const deadline = performance.now() + SLICE
    for (let reached = start.sequence + 1; reached <= sequence; reached++) {
      const following = next(moment, reached)
      if (typeof following === 'string') return following
      moment = { state: following.state, position: following.position }
      remember(reached, moment)
      if (reached % 64 === 0 && reached < sequence && performance.now() > deadline) return 'later'
    }
    return moment
  }

  /** The nearest moment that is kept. */
  function before(sequence: number): Mark | undefined {
    const one = recent.get(sequence - 1)
    return one === undefined ? nearest(sequence) : { sequence: sequence - 1, moment: one }
  }

  return {
    at,
    outputs(sequence) {
      if (sequence === 0) return marks[0]?.sequence === 0 ? genesisOutputs() : 'dropped'
      const start = at(sequence - 1)
      if (typeof start === 'string') return start
      const following = next(start, sequence)
      return typeof following === 'string' ? following : following.outputs
    },
    keep() {
      const moment = { state: confirmed.state, position: countOf(confirmed.outputs) }
      mark({ sequence: countOf(confirmed.batches), moment })
    },
  }
}

/** Runs code of the machine as the engine does when it checks it: what it sends to its own run is refused. */
function quietly<Result>(log: Log, act: () => Result): Result {
  const { running } = log
  log.running = 'check'
  try {
    return act()
  } finally {
    log.running = running
  }
}
