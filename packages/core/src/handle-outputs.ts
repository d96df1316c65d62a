// Effects: outputs read from a run, handled side by side, and the events they come to written back.

import type { RunEvent } from './machine.ts'
import { mustBe } from './quote.ts'
import { insideOf, type Ports, type Run } from './run.ts'

/** What a handler of outputs is told beside the output. */
export interface OutputContext {
  /** Aborts when the handling ends before the handler does. */
  readonly signal: AbortSignal
  /** `RUN-ID/POSITION`: the same in every replay, so it serves as an idempotency key. */
  readonly key: string
}

/** What a handler may come to: nothing, an event, or a batch. */
export type HandledEvents<Event> = Event | readonly Event[] | undefined | void

/** For each type of output, what handles it; a type without a handler settles at once. */
export type OutputHandlers<Output, Event> = {
  readonly [Type in OutputType<Output>]?: (
    output: OutputOf<Output, Type>,
    context: OutputContext,
  ) => HandledEvents<Event> | Promise<HandledEvents<Event>>
}

type OutputType<Output> = Output extends { readonly type: infer Type extends string } ? Type : never
type OutputOf<Output, Type> = Output extends { readonly type: infer T } ? (Type extends T ? Output : never) : never

/** From where outputs are handled, and until when. */
export interface HandleOutputsOptions {
  /** As with `run.ports`; where `run.out` begins, unless given. */
  readonly from?: 'now' | 'start' | number
  /** Ends the handling: handlers under way are aborted, and their outputs have not settled. */
  readonly signal?: AbortSignal
  /** Called as the position up to which every output has settled moves on: what a server writes down. */
  readonly onSettled?: (position: number) => void
}

/** A set of ports that says whose it is and where its `out` begins: `recorder.ports()` of `@xmachines/git` is one. */
export interface HandledPorts<Event, Output> extends Pick<Ports<unknown, Event, Output>, 'in' | 'out'> {
  /** The run's id. */
  readonly id: string
  /** Outputs since the genesis, where `out` begins. */
  readonly position: number
}

/**
 * Handles the outputs of a run: the place for effects, since transitions are pure (RFC Run v1 §4). Outputs start in
 * order and run side by side; the events that a handler returns are written into `in`. An output has settled when
 * these were applied or refused.
 *
 * @param run the run; or a set of ports that a recorder opened, so that only outputs that are recorded are acted on
 * @param handlers own members by the output's `type`; an expected failure is an event, so a handler that throws ends
 *   the handling
 * @param options from which position on, an abort signal, and a listener for what has settled
 * @returns the position up to which every output has settled, when the run has ended or the signal aborts
 * @throws what a handler throws; the other handlers are aborted
 *
 * @example
 * ```ts
 * import { createRun, defineMachine, handleOutputs, waitFor } from '@xmachines/core'
 *
 * type Quote = { at: 'idle' } | { at: 'asking'; symbol: string } | { at: 'told'; price: number }
 * type QuoteEvent = { type: 'ASK'; symbol: string } | { type: 'TOLD'; price: number }
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
 *     asking: { TOLD: (_quote, { price }) => ({ at: 'told', price }) },
 *     told: {},
 *   },
 *   final: ['told'],
 * })
 * const run = createRun(quote)
 * const settled = handleOutputs(run, {
 *   fetch: async ({ symbol }) => ({ type: 'TOLD', price: symbol.length }),
 * })
 * run.in.send({ type: 'ASK', symbol: 'ACME' })
 * const { state } = await waitFor(run, ({ status }) => status === 'done')
 * console.log(state) // {"at":"told","price":4}
 * console.log(await settled) // 1
 * ```
 */
export function handleOutputs<State, Event extends RunEvent, Output, Input>(
  run: Run<State, Event, Output, Input>,
  handlers: NoInfer<OutputHandlers<Output, Event>>,
  options?: HandleOutputsOptions,
): Promise<number>
export function handleOutputs<Event extends RunEvent, Output>(
  ports: HandledPorts<Event, Output>,
  handlers: NoInfer<OutputHandlers<Output, Event>>,
  options?: Omit<HandleOutputsOptions, 'from'>,
): Promise<number>
export async function handleOutputs<Event extends RunEvent, Output>(
  given: Run<unknown, Event, Output, unknown> | HandledPorts<Event, Output>,
  handlers: OutputHandlers<Output, Event>,
  { from, signal, onSettled }: HandleOutputsOptions = {},
): Promise<number> {
  if (typeof handlers !== 'object' || handlers === null) {
    throw new TypeError(mustBe('handlers', handlers, 'an object of functions by the type of output'))
  }
  const begins = from ?? ('ports' in given ? insideOf(given).start : given.position)
  let position = typeof begins === 'number' ? begins : begins === 'start' ? 0 : given.position
  const ports = 'ports' in given ? given.ports({ from: begins }) : given
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
        // A fatal error ends `out` with an error; it is told on `err`, and here it is an end like another.
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
      const events = await handler(output, { signal: stop.signal, key: `${given.id}/${at}` })
      if (stop.signal.aborted) return
      if (events !== undefined) {
        // A refusal is told on `err`; a run that has ended takes no more.
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
    // What is being written is applied, so its outputs have settled, also where the handling was aborted meanwhile.
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
