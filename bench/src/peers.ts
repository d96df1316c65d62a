// The peers, each counting the same events in its own way: bare streams, a state machine, three stores.

import { createStore as createXStateStore } from '@xstate/store'
import { legacy_createStore as createReduxStore } from 'redux'
import { assign, createActor, createMachine } from 'xstate'
import { createStore as createZustandStore } from 'zustand/vanilla'

import type { Side, Trial } from './harness.ts'
import type { Count, CountEvent } from './machine.ts'

/** The counter as an XState machine. */
export const xstateCounter = createMachine({
  types: {} as { context: Count; events: CountEvent },
  context: { count: 0 },
  on: { INC: { actions: assign(({ context }) => ({ count: context.count + 1 })) } },
})

export const xstate: Side = {
  name: 'XState actor.send',
  start() {
    const actor = createActor(xstateCounter).start()
    return {
      run(times) {
        for (let turn = 0; turn < times; turn++) actor.send({ type: 'INC' })
      },
      count: () => actor.getSnapshot().context.count,
    }
  },
}

export const xstateStore: Side = {
  name: '@xstate/store send',
  start() {
    const store = createXStateStore({ context: { count: 0 }, on: { INC: ({ count }) => ({ count: count + 1 }) } })
    return {
      run(times) {
        for (let turn = 0; turn < times; turn++) store.send({ type: 'INC' })
      },
      count: () => store.getSnapshot().context.count,
    }
  },
}

export const zustand: Side = {
  name: 'zustand setState',
  start() {
    const store = createZustandStore<Count>(() => ({ count: 0 }))
    const dispatch = (event: CountEvent): void => store.setState((state) => reduce(state, event))
    return {
      run(times) {
        for (let turn = 0; turn < times; turn++) dispatch({ type: 'INC' })
      },
      count: () => store.getState().count,
    }
  },
}

export const redux: Side = {
  name: 'redux dispatch',
  start() {
    const store = createReduxStore((state: Count = { count: 0 }, event: CountEvent) => reduce(state, event))
    return {
      run(times) {
        for (let turn = 0; turn < times; turn++) store.dispatch({ type: 'INC' })
      },
      count: () => store.getState().count,
    }
  },
}

export const writable: Side = {
  name: 'bare WritableStream',
  start() {
    let written = 0
    const writer = new WritableStream<CountEvent>({}).getWriter()
    return {
      async run(times) {
        for (let turn = 0; turn < times; turn++) await writer.write({ type: 'INC' })
        written += times
      },
      // The sink is empty and cannot count; a stream that failed has no desired size.
      count: () => (writer.desiredSize === 1 ? written : 0),
    }
  },
}

/** With room for one chunk, or the write would wait for the read that follows it. */
export const transform: Side = {
  name: 'bare TransformStream',
  start() {
    const stream = new TransformStream<CountEvent, CountEvent>({}, undefined, { highWaterMark: 1 })
    return roundTrips(stream.writable.getWriter(), stream.readable.getReader())
  },
}

/** Writes an event, awaits it, and reads it, again and again. */
export function roundTrips(
  writer: WritableStreamDefaultWriter<CountEvent>,
  reader: ReadableStreamDefaultReader<CountEvent>,
): Trial {
  let read = 0
  return {
    async run(times) {
      for (let turn = 0; turn < times; turn++) {
        await writer.write({ type: 'INC' })
        const { value } = await reader.read()
        if (value?.type === 'INC') read++
      }
    },
    count: () => read,
  }
}

function reduce(state: Count, event: CountEvent): Count {
  return event.type === 'INC' ? { count: state.count + 1 } : state
}
