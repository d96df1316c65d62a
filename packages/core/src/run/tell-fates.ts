// Development tells an inspector what happens to each output that has a handler. Nothing calls this in production.

import { announceFate, type Fate } from '../engine/announce.ts'
import type { AnyHandler, FinishOutput, HandleOne } from './handle-output.ts'

const telling = new WeakSet<object>()

/** Whether a function tells what happens to outputs. */
export function tellsFates(finish: object): boolean {
  return telling.has(finish)
}

/**
 * A handling of outputs that tells what happens to each.
 * @param id that of the run
 * @param make makes the handling
 */
export function tellFates<State, Event, Output>(
  id: string,
  finish: FinishOutput<Event>,
  make: (finish: FinishOutput<Event>) => HandleOne<Output, Event, State>,
): HandleOne<Output, Event, State> {
  /** The signals of the outputs whose handlers were called. */
  const signals = new Map<number, AbortSignal>()
  const told: FinishOutput<Event> = (position, events) => {
    // A handler that was cancelled, or not called because nobody wants its output any more, gives nothing.
    const isCancelled = events === undefined && signals.get(position)?.aborted !== false
    signals.delete(position)
    announceFate(`${id}/${position}`, isCancelled ? 'cancelled' : 'settled')
    return finish(position, events)
  }
  telling.add(told)
  const handle = make(told)
  return (output, position, handler) => {
    const call = typeof handler === 'function' ? handler : handler.handle
    const watched: typeof call = (given, context) => {
      signals.set(position, context.signal)
      return call(given, context)
    }
    const one: AnyHandler<Output, Event, State> =
      typeof handler === 'function' ? watched : { ...handler, handle: watched }
    announceFate(`${id}/${position}`, 'handling')
    const handled = handle(output, position, one)
    const ended = (fate: Fate): void => {
      if (signals.delete(position)) announceFate(`${id}/${position}`, fate)
    }
    // Without a call of `finish`, the whole handling was aborted.
    handled.then(
      () => ended('aborted'),
      () => ended('failed'),
    )
    // The very promise, so that whoever waits for it learns of an error as soon as without an inspector.
    return handled
  }
}
