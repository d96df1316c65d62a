// One output: its handler is started, and cancelled if the state, the next output or a timeout says so. The events that it
// gives are written.

import { wrongValue } from '../data/describe-value.ts'
import { hasMode } from '../data/mode.ts'
import type { SnapshotPort } from '../ports/snapshot-port.ts'
import { tellFates, tellsFates } from './tell-fates.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** What a handler of outputs gets beside the output. */
export interface OutputContext<State = unknown> {
  /** Aborts when the handler is cancelled, or the whole handling ends. */
  readonly signal: AbortSignal
  /** `RUN-ID/POSITION`: the same in every replay, so it serves as an idempotency key. */
  readonly key: string
  /** The state when it is read: the latest that the set of ports shows. */
  readonly state: State
}

/** What a handler may give: nothing, an event, or a batch. */
export type HandledEvents<Event> = Event | readonly Event[] | undefined | void

/** Handles an output. An expected failure is an event. */
export type HandleOutput<Output, Event, State = unknown> = (
  output: Output,
  context: OutputContext<State>,
) => HandledEvents<Event> | Promise<HandledEvents<Event>>

/** A handler that is cancelled: its signal aborts, its late answer is dropped, and its output has settled. */
export type CancellableHandler<Output, Event, State = unknown> = {
  readonly handle: HandleOutput<Output, Event, State>
  /**
   * As long as what the output is wanted; pure. It is asked before the start, after every change of the snapshot, and
   * before an answer is written.
   */
  readonly while?: (state: State, output: Output) => boolean
  /** Whether the next output of this type cancels it. */
  readonly latest?: boolean
  /**
   * Called once when handling begins, with the state at that time: starts again what outputs of before have started, as in a
   * run that was restored. It sends its events to the run itself.
   */
  readonly resume?: (state: State, context: Pick<OutputContext<State>, 'signal'>) => void | Promise<void>
} & (
  | {
      /** Cancels it after so many milliseconds. */
      readonly timeout: number
      /** The events of an output that timed out. */
      readonly onTimeout?: (output: Output) => HandledEvents<Event>
    }
  | { readonly timeout?: never; readonly onTimeout?: never }
)

/** What a handling needs from a set of ports, or a run. */
export interface OutputSource<State> {
  /** The run's id. */
  readonly id: string
  readonly snapshot: Pick<SnapshotPort<State>, 'current' | 'subscribe'>
}

/** A handler of outputs, in either form. */
export type AnyHandler<Output, Event, State> =
  | HandleOutput<Output, Event, State>
  | CancellableHandler<Output, Event, State>

/** Called when an output needs nothing more, with its position and the events to be written, if any. */
export type FinishOutput<Event> = (position: number, events?: HandledEvents<Event>) => Promise<unknown> | undefined

/** Handles one output. It rejects with what the handler throws. */
export type HandleOne<Output, Event, State> = (
  output: Output,
  position: number,
  handler: AnyHandler<Output, Event, State>,
) => Promise<void>

/** Timers wait no longer. */
const MOST_MILLISECONDS = 2 ** 31 - 1

/**
 * Handles outputs one by one.
 * @param source the set of ports that the outputs are from
 * @param whole aborts with the whole handling
 * @param finish is called when an output needs nothing more
 * @returns a function that handles one output
 */
export function outputHandling<State, Event, Output>(
  { id, snapshot }: OutputSource<State>,
  whole: AbortSignal,
  finish: FinishOutput<Event>,
): HandleOne<Output, Event, State> {
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) {
    if (!tellsFates(finish)) {
      return tellFates(id, finish, (telling) => outputHandling({ id, snapshot }, whole, telling))
    }
  }
  /** What cancels each output under way, and the type of the output. */
  const underWay = new Map<(reason?: unknown) => void, unknown>()
  whole.addEventListener('abort', () => {
    for (const cancel of underWay.keys()) cancel(whole.reason)
  })
  return async (output, position, handler) => {
    const {
      handle,
      while: isWanted,
      latest,
      timeout,
      onTimeout,
    }: CancellableHandler<Output, Event, State> = typeof handler === 'function' ? { handle: handler } : handler
    const type = (output as { readonly type?: unknown } | undefined)?.type
    if (latest === true) for (const [cancel, other] of underWay) if (other === type) cancel()
    const isStale = (): boolean => isWanted !== undefined && !isWanted(snapshot.current.state, output)
    if (isStale()) {
      await finish(position)
      return
    }
    const stop = new AbortController()
    let dropped = false
    let stopWatching: (() => void) | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let cancel = (_reason?: unknown): void => undefined
    let events: HandledEvents<Event>
    try {
      // The first to resolve or reject wins, so what a handler gives or throws once it is cancelled is ignored.
      events = await new Promise<HandledEvents<Event>>((resolve, reject) => {
        cancel = (reason) => {
          dropped = true
          resolve()
          stop.abort(reason)
        }
        underWay.set(cancel, type)
        if (isWanted !== undefined) {
          stopWatching = snapshot.subscribe(() => {
            try {
              if (isStale()) cancel()
            } catch (thrown) {
              reject(thrown)
              stop.abort(thrown)
            }
          })
        }
        if (timeout !== undefined) {
          timer = setTimeout(() => {
            try {
              resolve(onTimeout?.(output))
            } catch (thrown) {
              reject(thrown)
            }
            stop.abort(Object.assign(new Error(`it took over ${timeout} ms`), { name: 'TimeoutError' }))
          }, timeout)
        }
        const context: OutputContext<State> = {
          // Nothing but the end of the whole handling aborts a plain function, also after it has returned.
          signal: typeof handler === 'function' ? whole : stop.signal,
          key: `${id}/${position}`,
          get state() {
            return snapshot.current.state
          },
        }
        Promise.resolve(handle(output, context)).then(resolve, reject)
      })
    } finally {
      underWay.delete(cancel)
      stopWatching?.()
      clearTimeout(timer)
    }
    if (whole.aborted) return
    await finish(position, dropped || (events && isStale()) ? undefined : events)
  }
}

/**
 * Refuses what is no object of handlers, and in development handlers that are neither functions nor objects of the right members.
 * @throws {TypeError} if a member has the wrong type
 * @throws {RangeError} if a timeout is not one that a timer can wait
 */
export function checkHandlers(handlers: object): void {
  if (typeof handlers !== 'object' || handlers === null) {
    throw new TypeError(wrongValue('handlers', handlers, 'an object'))
  }
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) checkEach(handlers)
}

function checkEach(handlers: object): void {
  for (const [type, handler] of Object.entries(handlers)) {
    if (typeof handler === 'function' || handler === undefined) continue
    const name = `handlers.${type}`
    if (typeof handler !== 'object' || handler === null || Array.isArray(handler)) {
      throw new TypeError(
        wrongValue(name, handler, 'a function, or { handle, while, latest, resume, timeout, onTimeout }'),
      )
    }
    checkMembers(name, handler as Readonly<Record<string, unknown>>)
  }
}

function checkMembers(name: string, handler: Readonly<Record<string, unknown>>): void {
  const wrong = (member: string, expected: string): TypeError =>
    new TypeError(wrongValue(`${name}.${member}`, handler[member], expected))
  const unknown = Object.keys(handler).find((member) => !Object.hasOwn(members, member))
  if (unknown !== undefined) {
    throw new TypeError(`${name}.${unknown} is unknown; the members are ${Object.keys(members).join(', ')}`)
  }
  for (const [member, kind] of Object.entries(members)) {
    if (handler[member] === undefined && member !== 'handle') continue
    if (typeof handler[member] !== kind) {
      throw wrong(member, kind === 'number' ? 'milliseconds, a number' : `a ${kind}`)
    }
  }
  const { timeout, onTimeout } = handler
  if (onTimeout !== undefined && timeout === undefined) {
    throw wrong('timeout', 'milliseconds, a number, if onTimeout is given')
  }
  if (timeout === undefined || ((timeout as number) >= 0 && (timeout as number) <= MOST_MILLISECONDS)) return
  throw new RangeError(wrongValue(`${name}.timeout`, timeout, `milliseconds from 0 to ${MOST_MILLISECONDS}`))
}

const members = {
  handle: 'function',
  while: 'function',
  latest: 'boolean',
  resume: 'function',
  timeout: 'number',
  onTimeout: 'function',
}
