// A set of ports: one party's locks and cursors, as closures over two logs. `out` and `snapshot` read one log, `in` and
// `err` belong to the other. For a run both are the same; a set that shows only what is recorded has two. Streams are made
// when they are touched. The logs hold a set weakly: whoever holds one of its ports holds it.

import { hold } from '../data/built-ins.ts'
import { countOf, itemAt } from '../engine/kept.ts'
import { type Attached, currentSnapshot, type Log, runId, sequenceOf } from '../engine/log.ts'
import { KEPT_REFUSALS } from '../engine/refuse.ts'
import { RunError } from '../machine/run-error.ts'
import type { Snapshot } from '../machine/snapshot.ts'
import { type Cursor, type CursorSource, cursorSource, type Ending, streamOf } from './cursor.ts'
import { type InPort, type OpenIn, openIn } from './in-port.ts'
import { missingOutputs } from './ports-options.ts'
import { openSnapshot, type SnapshotCursor, type SnapshotPort } from './snapshot-port.ts'

/** A set of the four ports of a run (RFC Run v1 §4). */
export interface Ports<State, Event, Output> {
  /** The run's id. */
  readonly id: string
  /** The position at which `out` begins: outputs since the genesis. */
  readonly start: number
  /** Takes events and batches: the only external way to change a run. */
  readonly in: InPort<Event>
  /** Every output, once, in order. */
  readonly out: ReadableStream<Output>
  /** Every refusal but `RUN_DONE`, in order. */
  readonly err: ReadableStream<RunError>
  /** The latest snapshot, then each newer one. */
  readonly snapshot: SnapshotPort<State>
  /** The same as `out`, for `pipeThrough`. If it is cancelled, `writable` errors, so that the source stops. */
  readonly readable: ReadableStream<Output>
  /** The same as `in`, for `pipeThrough`. */
  readonly writable: InPort<Event>
}

/** What a set of ports is opened with. */
export interface PortsPlan {
  /** The log that `out` and `snapshot` read. */
  readonly read: Log
  /** The log that `in` writes to, and whose refusals `err` delivers. */
  readonly write: Log
  /**
   * The log that `snapshot` shows, if not the one that is read. It may be ahead of what is read, and fall back: then only the
   * end of what is read ends the ports.
   */
  readonly shown?: Log
  /** How the run object began. */
  readonly initial: Snapshot<unknown>
  /** The position at which `out` begins. */
  readonly start: number
  /** How many refusals `err` begins after. */
  readonly refusals: number
  /** How many outputs may wait unread before writes wait: 1,024 unless given. */
  readonly highWaterMark?: number | undefined
  /** Resolves once all that was committed at the call is recorded; rejects if it will not be. */
  readonly recorded?: (() => Promise<void>) | undefined
  /** Whether outputs are kept for `out` before it is asked for, while somebody holds the set. */
  readonly keepsOutputs?: boolean
}

/** Where a set stood when its `in` ended. What comes later is not for it. */
interface End {
  readonly outputs: number
  readonly refusals: number
  readonly version: number
  readonly snapshot: Snapshot<unknown>
}

/** How many outputs may wait unread before a set's `in` waits. */
const HIGH_WATER_MARK = 1024

/** Opens a set of ports. */
export function openPorts(plan: PortsPlan): Ports<unknown, unknown, unknown> {
  const {
    read,
    write,
    shown = read,
    initial,
    start,
    highWaterMark = HIGH_WATER_MARK,
    recorded,
    keepsOutputs = false,
  } = plan
  /** The log whose end ends `in` and `err`. */
  const lasting = shown === read ? write : read
  /** How many outputs and refusals `out` and `err` have delivered. */
  let position = start
  let refusals = plan.refusals
  let end: End | undefined
  let stopped = false
  /** The promise of the writes that wait for room, if some do, and what resolves it. */
  let room: Promise<void> | undefined
  let giveRoom: (() => void) | undefined
  /** Whether `readable` and `writable` were taken, as `pipeThrough` does. */
  let readableTaken = false
  let writableTaken = false
  let inPort: OpenIn | undefined
  let out: ReadableStream<unknown> | undefined
  let outSource: CursorSource<unknown> | undefined
  let err: ReadableStream<RunError> | undefined
  let snapshot: SnapshotPort<unknown> | undefined
  const sources = new Set<CursorSource<never>>()

  const attached: Attached = {
    runEnded() {
      inPort?.error(lasting.end)
      finishAll()
    },
    resume() {
      if (giveRoom === undefined || isFull()) return
      giveRoom()
      room = giveRoom = undefined
    },
    readsRefusals: () => err?.locked === true,
    unread() {
      const isOpen = outSource === undefined ? given?.deref() !== undefined : !outSource.ended
      const isPast = position < read.outputs.dropped || (end !== undefined && position >= end.outputs)
      return isOpen && !isPast ? position : undefined
    },
  }

  function isFull(): boolean {
    if (stopped || end !== undefined || write.end !== undefined) return false
    if (write.recording?.mustWait() === true) return true
    return countOf(read.outputs) - position > highWaterMark && out?.locked === true && outSource?.ended === false
  }

  function open<Item>(log: Log, cursor: Cursor<Item>): CursorSource<Item> {
    const source = cursorSource(log, {
      ...cursor,
      ended(reason) {
        sources.delete(source as CursorSource<never>)
        cursor.ended?.(reason)
        attached.resume()
      },
    })
    sources.add(source)
    return source
  }

  function finishAll(): void {
    for (const source of sources) source.finish()
    attached.resume()
  }

  function close(): void {
    end ??= {
      outputs: countOf(read.outputs),
      refusals: countOf(write.refusals),
      version: shown.version,
      snapshot: currentSnapshot(shown),
    }
    finishAll()
  }

  function openOut(): ReadableStream<unknown> {
    // Outputs of a run's own set may have been dropped before anybody asked for them.
    if (position < read.outputs.dropped) throw missingOutputs('the position at which out begins', position, read)
    outSource = open(read, {
      hasNext: () => position < (end?.outputs ?? countOf(read.outputs)),
      next() {
        const output = itemAt(read.outputs, position++)
        if (giveRoom !== undefined) attached.resume()
        return output
      },
      ending: () => (end === undefined ? endOf(read) : {}),
      ended(reason) {
        if (readableTaken && writableTaken && end === undefined && read.end === undefined) inPort?.error(reason)
      },
    })
    return streamOf(outSource)
  }

  function openErr(): ReadableStream<RunError> {
    const limit = (): number => end?.refusals ?? countOf(write.refusals)
    return streamOf(
      open<RunError>(write, {
        hasNext: () => refusals < limit(),
        next() {
          const missed = Math.min(write.refusals.dropped, limit()) - refusals
          if (missed <= 0) return itemAt(write.refusals, refusals++) as RunError
          refusals += missed
          return missedRefusals(write, missed)
        },
        ending: () => (end ?? lasting.end) && {},
      }),
    )
  }

  function openCursor(from: number): SnapshotCursor {
    let delivered = from
    const source = open<Snapshot<unknown>>(shown, {
      hasNext: () => delivered < (end?.version ?? shown.version),
      next() {
        delivered = end?.version ?? shown.version
        return end?.snapshot ?? currentSnapshot(shown)
      },
      ending: () => (end ?? read.end) && {},
    })
    return { source, delivered: () => delivered }
  }

  const openInPort = (): InPort<unknown> =>
    (inPort ??= openIn({
      log: write,
      ended: () => lasting.end,
      isFull,
      room() {
        if (!isFull()) return Promise.resolve()
        return (room ??= new Promise((resolve) => {
          giveRoom = resolve
        }))
      },
      acknowledge: recorded,
      async close() {
        try {
          if (!stopped) await recorded?.()
        } finally {
          close()
        }
      },
      stop() {
        stopped = true
        attached.resume()
      },
      abort(reason) {
        // Outputs that were dropped leave nothing to error.
        if (position >= read.outputs.dropped) out ??= openOut()
        outSource?.fail(reason)
        close()
      },
    })).port

  for (const log of new Set([read, write])) attach(log, attached)
  const ports: Ports<unknown, unknown, unknown> = Object.freeze({
    get id() {
      return runId(write)
    },
    start,
    get in() {
      return openInPort()
    },
    get out() {
      return (out ??= openOut())
    },
    get err() {
      return (err ??= openErr())
    },
    get snapshot() {
      return (snapshot ??= openSnapshot(shown, initial, openCursor))
    },
    get readable() {
      readableTaken = true
      return (out ??= openOut())
    },
    get writable() {
      writableTaken = true
      return openInPort()
    },
  })
  // The closures above hold this reference and not the set itself, so that a set that nobody holds can be collected.
  const given = keepsOutputs ? hold(ports) : undefined
  return ports
}

/** How `out` ends with its run: with the fatal error, or in the ordinary way. */
function endOf({ status, end }: Log): Ending | undefined {
  if (end === undefined) return undefined
  return status === 'error' ? { error: end } : {}
}

function missedRefusals(log: Log, missed: number): RunError {
  return new RunError(
    'ERRORS_DROPPED',
    `${missed} refusals were dropped before this reader of err asked for them; the run keeps the latest ` +
      `${KEPT_REFUSALS}: read err as it goes`,
    { sequence: sequenceOf(log), dropped: missed, run: () => runId(log) },
  )
}

/** Makes a set known to a log. */
function attach(log: Log, set: Attached): void {
  // Sets that nobody holds leave their references behind. These are removed whenever the list has doubled.
  if (log.sets.length >= 16 && (log.sets.length & (log.sets.length - 1)) === 0) {
    log.sets = log.sets.filter((held) => held.deref() !== undefined)
  }
  log.sets.push(hold(set))
}
