// Handles the outputs of a shared run: one of those who share it at a time, under the lease, from where the last one stopped.

import type { RunEvent } from '../machine/machine.ts'
import { checkHandlers, type HandledEvents, type HandleOutput } from '../run/handle-output.ts'
import type { HandledPorts, OutputHandlers } from '../run/handle-outputs.ts'
import { handleOutputs } from '../run/handle-outputs.ts'
import { isApplied } from './applied-keys.ts'
import { recallOutputs } from './count-outputs.ts'
import { newToken } from './new-token.ts'
import type { Lease, RunStore } from './run-store.ts'
import type { SharedRun } from './shared-run.ts'
import { PAUSE, pauseIfAway, TTL, takeLease } from './take-lease.ts'

/** Who handles outputs, and for how long without a sign of life. */
export interface HandleSharedOptions {
  /** Names who handles, for people who look at the store. Random unless given. */
  readonly owner?: string
  /** Milliseconds after which another takes over from one that is gone: 10,000 unless given. */
  readonly ttl?: number
  /** Ends the handling. */
  readonly signal?: AbortSignal | undefined
  /** Whether it ends once every output has settled. */
  readonly untilSettled?: boolean
}

/**
 * Handles the outputs of a shared run while it holds the lease of the run; waits for the lease until then. A lease is given back
 * once all outputs have settled, and taken again for the next. An output is handled once it is in the store. It has settled when its answer is: the answer is kept under the key `RUN-ID/POSITION`, so that one who
 * takes over does not answer again. A crash repeats at most what had not settled, under the same key.
 *
 * @param run a run of `openShared`
 * @param handlers as for `handleOutputs`
 * @param options the owner of the lease, its time to live, and an abort signal
 * @returns the position up to which every output has settled, when the run has ended or the signal aborts; with `untilSettled`,
 *   when that is all there are
 * @throws {TypeError} if the run is not shared, or a handler has the wrong type
 * @throws {StoreError} if the store cannot lend the lease. One that could, and is away now, is asked again
 * @throws what a handler throws
 */
export async function handleShared<State, Event extends RunEvent, Output, Input>(
  run: SharedRun<State, Event, Output, Input>,
  handlers: NoInfer<OutputHandlers<Output, Event, State>>,
  { owner = newToken(), ttl = TTL, signal, untilSettled = false }: HandleSharedOptions = {},
): Promise<number> {
  if (typeof (run as Partial<typeof run>).sendWithKey !== 'function') {
    throw new TypeError('the run is not shared: open it with openShared, or handle its outputs with handleOutputs')
  }
  checkHandlers(handlers)
  let settled = 0
  let hasEnded = false
  let hasLent = false
  while (!hasEnded && signal?.aborted !== true) {
    const lease = await takeLease(run, { owner, ttl, signal }, hasLent)
    if (lease === undefined) break
    hasLent = true
    if (untilSettled && lease.settled >= run.position) {
      await lease.release()
      return run.position
    }
    const idle = new AbortController()
    const stop = AbortSignal.any([lease.signal, idle.signal, ...(signal === undefined ? [] : [signal])])
    settled = Math.min(lease.settled, run.position)
    let timer: ReturnType<typeof setTimeout> | undefined
    /** How many handlers have resumed and are not over. The lease is not given back meanwhile. */
    let resumed = 0
    const onResume = (change: 1 | -1): void => {
      resumed += change
      rest()
    }
    /** Gives the lease back after a while instead of renewing it, if all has settled. */
    const rest = (): void => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        if (resumed === 0 && Math.min(settled, lease.settled) >= run.position) idle.abort()
        else if (settled > lease.settled) keep(settled)
      }, ttl / 3)
    }
    /** Keeping how far it has settled, one after the other. */
    let keeping: Promise<void> = Promise.resolve()
    const keep = (position: number): void => {
      settled = position
      // If the lease is lost, its signal ends the handling. If the store is away, it is tried again.
      keeping = keeping.then(() => lease.settle(position)).catch(() => undefined)
      // The answers are in the store, and so the position counts what they emitted.
      if (untilSettled && resumed === 0 && position >= run.position) idle.abort()
      rest()
    }
    rest()
    try {
      await recallUnsettled(run, settled, stop)
      if (!stop.aborted) {
        settled = await handleOutputs(portsUnder(run, lease), withKeys(run, handlers, onResume), {
          signal: stop,
          onSettled: keep,
        })
      }
      // Giving the lease back aborts its signal too.
      hasEnded = !stop.aborted
    } finally {
      clearTimeout(timer)
      await keeping
      await lease.release().catch(() => undefined)
    }
    if (idle.signal.aborted) hasEnded = untilSettled || !(await hasMore(run, settled, signal))
  }
  return settled
}

/** Resolves with true once there are outputs from a position on; with false if the run ends before, or the signal aborts. */
async function hasMore<State, Event extends RunEvent, Output, Input>(
  run: SharedRun<State, Event, Output, Input>,
  position: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const reader = run.ports({ from: Math.min(position, run.position) }).out.getReader()
  const stop = (): void => void reader.cancel()
  signal?.addEventListener('abort', stop)
  try {
    if (signal?.aborted === true) return false
    return !(await reader.read()).done
  } catch {
    // A fatal end errors `out`.
    return false
  } finally {
    signal?.removeEventListener('abort', stop)
    await reader.cancel().catch(() => undefined)
  }
}

/** Has a run hold the outputs from a position on, unless a signal aborts. */
async function recallUnsettled(
  run: Parameters<typeof recallOutputs>[0],
  position: number,
  signal: AbortSignal,
): Promise<void> {
  for (let isThere = false; !isThere && !signal.aborted; ) {
    try {
      await recallOutputs(run, position)
      isThere = true
    } catch (thrown) {
      await pauseIfAway(thrown, PAUSE, signal)
    }
  }
}

/** A set of ports from where outputs have not settled; what is written into it is kept under the key of its output. */
function portsUnder<State, Event extends RunEvent, Output, Input>(
  run: SharedRun<State, Event, Output, Input>,
  { settled }: Lease,
): HandledPorts<State, Event, Output> {
  const { id, start, out, snapshot } = run.ports({ from: Math.min(settled, run.position) })
  const writer = {
    async write(events: Event | readonly Event[]): Promise<void> {
      const { key, since } = knownOf(events)
      run.sendWithKey(events, key, since)
      await run.flush()
    },
    releaseLock: () => undefined,
  }
  // The handling uses these two members of a writer, and no other.
  return { id, start, out, snapshot, in: { getWriter: () => writer as unknown as WritableStreamDefaultWriter<Event> } }
}

/** The key of the output that events are an answer to, and up to which sequence the store was known to have no other. */
interface Known {
  readonly key: string
  readonly since: number
}

const answers = new WeakMap<object, Known>()

function knownOf(answer: object): Known {
  const known = answers.get(answer)
  if (known === undefined) throw new Error('an answer has lost its key; this is a bug of @xmachines/core')
  return known
}

/** Handlers whose answers know their keys, and that are not started for an output that was answered. */
function withKeys<State, Event extends RunEvent, Output, Input>(
  run: SharedRun<State, Event, Output, Input>,
  handlers: OutputHandlers<Output, Event, State>,
  onResume: (change: 1 | -1) => void,
): OutputHandlers<Output, Event, State> {
  const keyed: Record<string, unknown> = {}
  for (const [type, handler] of Object.entries<OutputHandlers<Output, Event, State>[never]>(handlers)) {
    if (handler === undefined) continue
    const parts = (typeof handler === 'function' ? { handle: handler } : handler) as Parts<State, Event, Output>
    const { handle, onTimeout, resume } = parts
    const outputs = new WeakMap<object, Known>()
    keyed[type] = {
      ...parts,
      async handle(output, context) {
        const { key, signal } = context
        const known = { key, since: run.snapshot.current.sequence - run.pending }
        outputs.set(output as object, known)
        if (await wasAnswered(run, key, signal)) return undefined
        return answer(await handle(output, context), known)
      },
      ...(onTimeout !== undefined && {
        onTimeout: (output: Output) => answer(onTimeout(output), outputs.get(output as object) as Known),
      }),
      ...(resume !== undefined && {
        async resume(state: State, context: { readonly signal: AbortSignal }) {
          onResume(1)
          await resume(state, context)
          onResume(-1)
        },
      }),
    } satisfies Parts<State, Event, Output>
  }
  return keyed as OutputHandlers<Output, Event, State>
}

interface Parts<State, Event, Output> {
  readonly handle: HandleOutput<Output, Event, State>
  readonly onTimeout?: (output: Output) => HandledEvents<Event>
  readonly resume?: (state: State, context: { readonly signal: AbortSignal }) => void | Promise<void>
}

/** Whether an output was answered before; also if the handling is aborted before the store says so. */
async function wasAnswered(
  { store, id }: { readonly store: RunStore; readonly id: string },
  key: string,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    try {
      return await isApplied(store, id, key, 0)
    } catch (thrown) {
      await pauseIfAway(thrown, PAUSE, signal)
    }
  }
  return true
}

/** An answer that knows its key. It is a copy: a handler may give one object for several outputs. */
function answer<Event>(events: HandledEvents<Event>, known: Known): HandledEvents<Event> {
  if (typeof events !== 'object' || events === null) return events
  const copy: object = Array.isArray(events) ? [...(events as readonly Event[])] : { ...(events as Event & object) }
  answers.set(copy, known)
  return copy as typeof events
}
