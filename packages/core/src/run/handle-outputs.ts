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
  resumeHandlers,
  watchUnhandled,
} from './handle-output.ts'
import { checkVersion } from './run.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * The handler of each type of output: a function, or `{ handle, while, latest, timeout, onTimeout, resume }`, which can be
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
    throw new TypeError('give from to ports(), not with a set of ports')
  }
  // A set of ports is read as it is. On a run another set is opened, so that its own ports stay free.
  const ports: HandledPorts<State, Event, Output> = 'ports' in run ? run.ports({ from: from ?? run.start }) : run
  let position = ports.start
  const writer = ports.in.getWriter()
  const reader = ports.out.getReader()
  const stop = new AbortController()
  const settled = settlement(position, onSettled)
  /** Events of handlers that are being written. */
  const writing = new Set<Promise<void>>()
  let warnUnhandled: ((output: unknown) => void) | undefined
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) warnUnhandled = watchUnhandled(run, handlers)
  let reading = true
  // What resumes is under way too.
  let underWay = 1
  const handle = outputHandling<State, Event, Output>(ports, stop.signal, finish)

  const ended = new Promise<void>((resolve, reject) => {
    void readAll()
    const abort = (): void => {
      stop.abort(signal?.reason)
      resolve()
    }
    if (signal?.aborted === true) abort()
    else resumeHandlers(handlers, ports, stop.signal).then(settledOne, reject)
    signal?.addEventListener('abort', abort, { signal: stop.signal })

    async function readAll(): Promise<void> {
      for (;;) {
        // A fatal error errors `out`. It is delivered by `err`, and here it is an end like any other.
        const { done, value } = await reader.read().catch((): { done: true; value?: undefined } => ({ done: true }))
        if (done || signal?.aborted === true) break
        underWay++
        handleOne(value, position++).then(settledOne, reject)
      }
      reading = false
      if (underWay === 0) resolve()
    }

    function settledOne(): void {
      underWay--
      if (underWay === 0 && !reading) resolve()
    }
  })

  async function handleOne(output: Output, at: number): Promise<void> {
    const handler = handlerOf(handlers, output)
    if (handler !== undefined) return await handle(output, at, handler)
    warnUnhandled?.(output)
    settled.mark(at)
  }

  /** Writes the answer to an output, which has settled once that is applied or refused. */
  function finish(at: number, events: HandledEvents<Event>): Promise<void> | undefined {
    const settle = (): void => settled.mark(at)
    if (events === undefined) {
      settle()
      return undefined
    }
    const finished = writer
      .write(events as Event | readonly Event[])
      // `err` delivers a refusal, and a run that has ended takes no more. Anything else: the answer was not recorded.
      .then(settle, (reason: unknown) => void (isA(reason, RunError) && settle()))
      .finally(() => writing.delete(finished))
    writing.add(finished)
    return finished
  }

  try {
    await ended
    // What is being written is applied, so its outputs have settled, even if the handling was aborted meanwhile.
    while (writing.size > 0) await Promise.all(writing)
    return settled.position()
  } finally {
    stop.abort(signal?.reason)
    reader.cancel().catch(() => undefined)
    writer.releaseLock()
  }
}

/** The handler of an output: an own member, by the output's type. */
export function handlerOf<Output, Event, State>(
  handlers: OutputHandlers<Output, Event, State>,
  output: Output,
): HandleOutput<Output, Event, State> | CancellableHandler<Output, Event, State> | undefined {
  const type: unknown = (output as { readonly type?: unknown } | null)?.type
  // The handler under an output's own type takes that output.
  return (
    typeof type === 'string' && Object.hasOwn(handlers, type) ? handlers[type as OutputType<Output>] : undefined
  ) as never
}

/** Follows the position up to which every output has settled. */
function settlement(
  from: number,
  onSettled: ((position: number) => void) | undefined,
): { mark(at: number): void; position(): number } {
  let position = from
  const ahead = new Set<number>()
  return {
    mark(at) {
      ahead.add(at)
      const before = position
      while (ahead.delete(position)) position++
      if (position > before) onSettled?.(position)
    },
    position: () => position,
  }
}
