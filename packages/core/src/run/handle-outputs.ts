// Effects: outputs are read from a run and handled side by side, and the events that the handlers give are written back.

import { isA } from '../data/describe-value.ts'
import { hasMode } from '../data/mode.ts'
import { RunError } from '../machine/run-error.ts'
import type { InPort } from '../ports/in-port.ts'
import type { Ports } from '../ports/open-ports.ts'
import type { PortsOptions } from '../ports/ports-options.ts'
import {
  type CancellableHandler,
  checkHandlers,
  type HandledEvents,
  type HandleOutput,
  type OutputSource,
  outputHandling,
} from './handle-output.ts'
import { checkVersion } from './run.ts'
import { watchUnhandled } from './watch-unhandled.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * The handler of each type of output: a function, or `{ handle, while, latest, resume, timeout, onTimeout }`, which can be
 * cancelled and resumed. An output without a handler settles at once.
 */
export type OutputHandlers<Output, Event, State = unknown> = {
  readonly [Type in OutputType<Output>]?:
    | HandleOutput<OutputTyped<Output, Type>, Event, State>
    | CancellableHandler<OutputTyped<Output, Type>, Event, State>
}

type OutputType<Output> = Output extends { readonly type: infer Type extends string } ? Type : never
type OutputTyped<Output, Type> = Output extends { readonly type: infer T } ? (Type extends T ? Output : never) : never

/** Where the handling of outputs begins, and when it ends. */
export interface HandleOutputsOptions {
  /** As with `run.ports`; `run.start` by default. */
  readonly from?: 'now' | 'start' | number
  /** Ends the handling: handlers under way are aborted, and their outputs have not settled. */
  readonly signal?: AbortSignal
  /** Called when the position up to which every output has settled moves on: what a server keeps. */
  readonly onSettled?: (position: number) => void
}

/** A set of ports whose outputs can be handled, such as `recorder.ports()` of `@xmachines/git`. */
export interface HandledPorts<State, Event, Output> extends OutputSource<State> {
  /** The position at which `out` begins. */
  readonly start: number
  readonly in: Pick<InPort<Event>, 'getWriter'>
  readonly out: ReadableStream<Output>
}

/** A run whose outputs can be handled: it opens a set of ports for the handling. */
export interface HandledRun<State, Event, Output> extends HandledPorts<State, Event, Output> {
  ports(options: PortsOptions): Ports<State, Event, Output>
}

/**
 * Handles the outputs of a run: the place for effects, since transitions are pure (RFC Run v1 §4). Handlers start in the
 * order of the outputs and run side by side. The events that a handler returns are written into `in`. An output has
 * settled when these were applied or refused; with the ports of a recorder, when they are recorded.
 *
 * @param run the run; or a set of ports of a recorder, to handle only outputs that are recorded
 * @param handlers own members by the output's `type`: functions, or objects that say what cancels them. An expected
 *   failure is an event: a handler that throws ends the handling
 * @param options the position to begin at, an abort signal, and a listener for what has settled
 * @returns the position up to which every output has settled, when the run has ended or the signal aborts
 * @throws {TypeError} if a handler or one of its members has the wrong type, or `from` is given with a set of ports
 * @throws {RangeError} if a `timeout` is not from 0 to 2³¹ − 1
 * @throws what a handler throws, or its `while` or `onTimeout`; the other handlers are aborted
 *
 * @example
 * ```ts
 * import { createRun, defineMachine, handleOutputs, waitFor } from '@xmachines/core'
 *
 * type Quote = { at: 'idle' } | { at: 'asking'; symbol: string } | { at: 'known'; price: number }
 * type QuoteEvent = { type: 'ASK'; symbol: string } | { type: 'PRICED'; price: number }
 *
 * const quote = defineMachine<Quote, QuoteEvent, { type: 'fetch'; symbol: string }>({
 *   name: 'quote',
 *   version: '1',
 *   initial: { at: 'idle' },
 *   states: {
 *     idle: {
 *       ASK: (_quote, { symbol }, emit) => {
 *         emit({ type: 'fetch', symbol })
 *         return { at: 'asking', symbol }
 *       },
 *     },
 *     asking: { PRICED: (_quote, { price }) => ({ at: 'known', price }) },
 *     known: {},
 *   },
 *   final: ['known'],
 * })
 * const run = createRun(quote)
 * const settled = handleOutputs(run, {
 *   fetch: async ({ symbol }) => ({ type: 'PRICED', price: symbol.length }),
 * })
 * run.in.send({ type: 'ASK', symbol: 'ACME' })
 * const { state } = await waitFor(run, ({ status }) => status === 'done')
 * console.log(state) // {"at":"known","price":4}
 * console.log(await settled) // 1
 * ```
 */
export function handleOutputs<State, Event, Output>(
  run: HandledRun<State, Event, Output>,
  handlers: NoInfer<OutputHandlers<Output, Event, State>>,
  options?: HandleOutputsOptions,
): Promise<number>
export function handleOutputs<State, Event, Output>(
  ports: HandledPorts<State, Event, Output>,
  handlers: NoInfer<OutputHandlers<Output, Event, State>>,
  options?: Omit<HandleOutputsOptions, 'from'>,
): Promise<number>
export async function handleOutputs<State, Event, Output>(
  run: HandledRun<State, Event, Output> | HandledPorts<State, Event, Output>,
  handlers: OutputHandlers<Output, Event, State>,
  { from, signal, onSettled }: HandleOutputsOptions = {},
): Promise<number> {
  checkVersion(run)
  checkHandlers(handlers)
  if (from !== undefined && !('ports' in run)) {
    throw new TypeError('from needs a run, not ports')
  }
  // A set of ports is read as it is. On a run another set is opened, so that its own ports stay free.
  const ports: HandledPorts<State, Event, Output> = 'ports' in run ? run.ports({ from: from ?? run.start }) : run
  let position = ports.start
  const writer = ports.in.getWriter()
  const reader = ports.out.getReader()
  const stop = new AbortController()
  /** The position up to which every output has settled, and the positions after it that have. */
  let settled = position
  const ahead = new Set<number>()
  /** Events of handlers that are being written. */
  const writing = new Set<Promise<void>>()
  let warnUnhandled: ((output: unknown) => void) | undefined
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) warnUnhandled = watchUnhandled(run, handlers)
  // What reads, and what resumes.
  let underWay = 2
  const handle = outputHandling<State, Event, Output>(ports, stop.signal, finish)

  const ended = new Promise<void>((resolve, reject) => {
    void readAll().then(settledOne)
    const abort = (): void => {
      stop.abort(signal?.reason)
      resolve()
    }
    if (signal?.aborted === true) abort()
    else handleOne(undefined as Output, -1).then(settledOne, reject)
    signal?.addEventListener('abort', abort, { signal: stop.signal })

    async function readAll(): Promise<void> {
      for (;;) {
        // A fatal error errors `out`. It is delivered by `err`, and here it is an end like any other.
        const { done, value } = await reader.read().catch((): { done: true; value?: never } => ({ done: true }))
        if (done || signal?.aborted === true) return
        underWay++
        handleOne(value, position++).then(settledOne, reject)
      }
    }

    function settledOne(): void {
      if (--underWay === 0) resolve()
    }
  })

  async function handleOne(output: Output, at: number): Promise<void> {
    const handler = handlerOf(handlers, output)
    if (handler) return await handle(output, at, handler)
    if (hasMode ? process.env.NODE_ENV !== 'production' : false) warnUnhandled?.(output)
    settle(at)
  }

  function settle(at: number): void {
    ahead.add(at)
    const before = settled
    while (ahead.delete(settled)) settled++
    if (settled > before) onSettled?.(settled)
  }

  /** Writes the answer to an output, which has settled once that is applied or refused. */
  function finish(at: number, events: HandledEvents<Event>): Promise<void> | undefined {
    if (events === undefined) {
      settle(at)
      return undefined
    }
    const finished = writer
      .write(events as Event | readonly Event[])
      // `err` delivers a refusal, and a run that has ended takes no more. Anything else: the answer was not recorded.
      .then(
        () => settle(at),
        (reason: unknown) => void (isA(reason, RunError) && settle(at)),
      )
      .finally(() => writing.delete(finished))
    writing.add(finished)
    return finished
  }

  try {
    await ended
    // What is being written is applied, so its outputs have settled, even if the handling was aborted meanwhile.
    while (writing.size > 0) await Promise.all(writing)
    return settled
  } finally {
    stop.abort(signal?.reason)
    reader.cancel().catch(() => undefined)
    writer.releaseLock()
  }
}

/**
 * The handler of an output: an own member, by the output's type. What is handled first, `undefined`, is no output: its handler
 * resumes what all handlers resume.
 */
export function handlerOf<Output, Event, State>(
  handlers: OutputHandlers<Output, Event, State>,
  output: Output,
): HandleOutput<Output, Event, State> | CancellableHandler<Output, Event, State> | undefined {
  if (output === undefined) {
    const each = Object.values(handlers) as (Partial<CancellableHandler<Output, Event, State>> | undefined)[]
    return async (_output, context) =>
      void (await Promise.all(each.map(async (handler) => await handler?.resume?.(context.state, context))))
  }
  const type: unknown = (output as { readonly type?: unknown } | null)?.type
  // The handler under an output's own type takes that output.
  return (
    typeof type === 'string' && Object.hasOwn(handlers, type) ? handlers[type as OutputType<Output>] : undefined
  ) as never
}
