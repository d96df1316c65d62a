// Effects: outputs are read from a run and handled side by side, and the events that the handlers give are written back.

import { wrongValue } from '../data/describe-value.ts'
import type { InPort } from '../ports/in-port.ts'
import type { Ports } from '../ports/open-ports.ts'
import type { PortsOptions } from '../ports/ports-options.ts'
import { checkVersion } from './run.ts'

/** What a handler of outputs gets beside the output. */
export interface OutputContext {
  /** Aborts when the handling ends before the handler does. */
  readonly signal: AbortSignal
  /** `RUN-ID/POSITION`: the same in every replay, so it serves as an idempotency key. */
  readonly key: string
}

/** What a handler may give: nothing, an event, or a batch. */
export type HandledEvents<Event> = Event | readonly Event[] | undefined | void

/** The handler of each type of output. An output without a handler settles at once. */
export type OutputHandlers<Output, Event> = {
  readonly [Type in OutputType<Output>]?: (
    output: OutputTyped<Output, Type>,
    context: OutputContext,
  ) => HandledEvents<Event> | Promise<HandledEvents<Event>>
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
export interface HandledPorts<Event, Output> {
  /** The run's id. */
  readonly id: string
  /** The position at which `out` begins. */
  readonly start: number
  readonly in: Pick<InPort<Event>, 'getWriter'>
  readonly out: ReadableStream<Output>
}

/** A run whose outputs can be handled: it opens a set of ports for the handling. */
export interface HandledRun<Event, Output> extends HandledPorts<Event, Output> {
  ports(options: PortsOptions): Ports<unknown, Event, Output>
}

/**
 * Handles the outputs of a run: the place for effects, since transitions are pure (RFC Run v1 §4). Handlers start in the
 * order of the outputs and run side by side. The events that a handler returns are written into `in`. An output has
 * settled when these were applied or refused.
 *
 * @param run the run; or a set of ports of a recorder, to handle only outputs that are recorded
 * @param handlers own members by the output's `type`. An expected failure is an event: a handler that throws ends the
 *   handling
 * @param options the position to begin at, an abort signal, and a listener for what has settled
 * @returns the position up to which every output has settled, when the run has ended or the signal aborts
 * @throws {TypeError} if the handlers are not an object, or `from` is given with a set of ports
 * @throws what a handler throws; the other handlers are aborted
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
export function handleOutputs<Event, Output>(
  run: HandledRun<Event, Output>,
  handlers: NoInfer<OutputHandlers<Output, Event>>,
  options?: HandleOutputsOptions,
): Promise<number>
export function handleOutputs<Event, Output>(
  ports: HandledPorts<Event, Output>,
  handlers: NoInfer<OutputHandlers<Output, Event>>,
  options?: Omit<HandleOutputsOptions, 'from'>,
): Promise<number>
export async function handleOutputs<Event, Output>(
  run: HandledRun<Event, Output> | HandledPorts<Event, Output>,
  handlers: OutputHandlers<Output, Event>,
  { from, signal, onSettled }: HandleOutputsOptions = {},
): Promise<number> {
  checkVersion(run)
  if (typeof handlers !== 'object' || handlers === null) {
    throw new TypeError(wrongValue('handlers', handlers, 'an object of functions by the type of output'))
  }
  if (from !== undefined && !('ports' in run)) {
    throw new TypeError('give from to ports(), not with a set of ports')
  }
  // A set of ports is read as it is. On a run another set is opened, so that its own ports stay free.
  const ports: HandledPorts<Event, Output> = 'ports' in run ? run.ports({ from: from ?? run.start }) : run
  let position = ports.start
  const writer = ports.in.getWriter()
  const reader = ports.out.getReader()
  const stop = new AbortController()
  const settled = settlement(position, onSettled)
  /** Events of handlers that are being written. */
  const writing = new Set<Promise<void>>()
  let reading = true
  let underWay = 0

  const ended = new Promise<void>((resolve, reject) => {
    void readAll()
    const abort = (): void => {
      stop.abort(signal?.reason)
      resolve()
    }
    if (signal?.aborted === true) abort()
    signal?.addEventListener('abort', abort, { signal: stop.signal })

    async function readAll(): Promise<void> {
      for (;;) {
        // A fatal error errors `out`. It is delivered by `err`, and here it is an end like any other.
        const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }) as const)
        if (done || signal?.aborted === true) break
        underWay++
        handle(value, position++).then(settledOne, reject)
      }
      reading = false
      if (underWay === 0) resolve()
    }

    function settledOne(): void {
      underWay--
      if (underWay === 0 && !reading) resolve()
    }
  })

  async function handle(output: Output, at: number): Promise<void> {
    const handler = handlerOf(handlers, output)
    if (handler !== undefined) {
      const events = await handler(output, { signal: stop.signal, key: `${ports.id}/${at}` })
      if (stop.signal.aborted) return
      if (events !== undefined) {
        // A refusal is delivered by `err`. A run that has ended takes no more.
        const written = writer.write(events).catch(() => undefined)
        writing.add(written)
        await written
        writing.delete(written)
      }
    }
    settled.mark(at)
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

function handlerOf<Output, Event>(
  handlers: OutputHandlers<Output, Event>,
  output: Output,
): ((output: Output, context: OutputContext) => HandledEvents<Event> | Promise<HandledEvents<Event>>) | undefined {
  const type: unknown = (output as { readonly type?: unknown } | null)?.type
  if (typeof type !== 'string' || !Object.hasOwn(handlers, type)) return undefined
  // The handler under an output's own type takes that output.
  return handlers[type as OutputType<Output>] as never
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
