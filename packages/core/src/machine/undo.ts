// `@xmachines/core/undo`: a machine whose latest steps can be undone and redone.

import { wrongValue } from '../data/describe-value.ts'
import { hasMode } from '../data/mode.ts'
import { CORE_VERSION } from './core-version.ts'
import { defineMachine } from './define-machine.ts'
import { checkMachine, type Machine, machineKey, type RunEvent } from './machine.ts'
import type { StandardSchema } from './schema.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** The state of an undoable machine. */
export interface Undoable<State> {
  /** The states that can be undone to, oldest first. */
  readonly past: readonly State[]
  readonly present: State
  /** The states that can be redone, the next one first. */
  readonly future: readonly State[]
}

/** The events that an undoable machine takes beside those of its own. */
export interface UndoEvent {
  readonly type: 'UNDO' | 'REDO'
}

/** Which steps can be undone. */
export interface UndoOptions<Event extends RunEvent> {
  /** How many steps can be undone: 100 unless given. Each state holds these earlier ones, and may have 1,000,000 values. */
  readonly limit?: number
  /**
   * The events that make a step: their types, or a pure function. All do unless given. The state after another event
   * takes the place of the present one.
   */
  readonly events?: readonly Event['type'][] | ((event: Event) => boolean)
}

/**
 * Makes a machine undoable: its state is `{ past, present, future }`, and it takes `UNDO` and `REDO` beside the events of
 * the given machine. Its name is that of the given machine, followed by `-undoable`. The history has both what was done and
 * the undoing. An `UNDO` emits nothing, so effects are not undone. An event that leaves the present state as it is makes no
 * step. An `UNDO` or `REDO` for which there is no step is an event that nothing handles.
 *
 * @param machine made by `defineMachine`
 * @param options how many steps can be undone, and which events make one
 * @returns the machine; it is done if the present state completes the given machine
 * @throws {TypeError} if an argument has the wrong type
 * @throws {RangeError} if `limit` is not from 1, the name gets longer than 100 characters, or the machine handles `UNDO` or
 *   `REDO` itself
 *
 * @example
 * ```ts
 * import { createRun, defineMachine } from '@xmachines/core'
 * import { undoable } from '@xmachines/core/undo'
 *
 * const counter = defineMachine<number, { type: 'ADD'; by: number }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { ADD: (count, { by }) => count + by },
 * })
 * const run = createRun(undoable(counter))
 * run.in.send([{ type: 'ADD', by: 1 }, { type: 'ADD', by: 10 }, { type: 'UNDO' }])
 * console.log(run.state) // {"past":[0],"present":1,"future":[11]}
 * run.in.send({ type: 'REDO' })
 * console.log(run.state.present) // 11
 * ```
 */
export function undoable<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  options: UndoOptions<NoInfer<Event>> = {},
): Machine<Undoable<State>, Event | UndoEvent, Output, Input> {
  checkMachine(machine)
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) checkOptions(machine, options)
  const { limit = 100, events } = options
  const makesStep = typeof events === 'function' ? events : (event: Event) => events?.includes(event.type) ?? true
  const { unhandled } = machine
  const { arrows } = machine.graph
  const defined = defineMachine<Undoable<State>, Event | UndoEvent, Output, Input>({
    name: `${machine.name}-undoable`,
    version: machine.version,
    initial: (input, emit) => ({ past: [], present: machine.initial(input, emit), future: [] }),
    transition(state, event, emit) {
      const { past, present, future } = state
      if (event.type === 'UNDO' && past.length > 0) {
        return { past: past.slice(0, -1), present: past[past.length - 1] as State, future: [present, ...future] }
      }
      if (event.type === 'REDO' && future.length > 0) {
        return { past: [...past, present], present: future[0] as State, future: future.slice(1) }
      }
      // A machine that refuses what it does not handle refuses these too.
      if (isUndo(event) && unhandled === undefined) return state
      const given = event as Event
      const next = machine.transition(present, given, emit)
      if (next === present) return state
      if (!makesStep(given)) return { past, present: next, future }
      return { past: [...past, present].slice(-limit), present: next, future: [] }
    },
    isDone: ({ present }) => machine.isDone(present),
    isFatal: (error, snapshot) => machine.isFatal(error, { ...snapshot, state: snapshot.state.present }),
    ...(machine.events && { events: withUndo(machine.events) as StandardSchema<Event | UndoEvent> }),
  })
  const graph = {
    ...machine.graph,
    arrows: [...arrows, ...['UNDO', 'REDO'].map((event) => ({ from: undefined, event, targets: undefined }))],
  }
  return Object.freeze(Object.defineProperty({ ...defined, graph, unhandled }, machineKey, { value: CORE_VERSION }))
}

function isUndo(event: unknown): event is UndoEvent {
  const type: unknown = (event as { readonly type?: unknown } | null)?.type
  return type === 'UNDO' || type === 'REDO'
}

/** A schema that lets `UNDO` and `REDO` pass. */
function withUndo(schema: StandardSchema<RunEvent>): StandardSchema<RunEvent> {
  const { validate } = schema['~standard']
  return {
    '~standard': {
      ...schema['~standard'],
      validate: (event) => (isUndo(event) ? { value: { type: event.type } } : validate(event)),
    },
  }
}

function checkOptions<Event extends RunEvent>(
  {
    name,
    graph,
  }: { readonly name: string; readonly graph: { readonly arrows: readonly { readonly event: string }[] } },
  { limit, events }: UndoOptions<Event>,
): void {
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1)) {
    const refused = typeof limit === 'number' ? RangeError : TypeError
    throw new refused(wrongValue('limit', limit, 'a number of steps from 1'))
  }
  const isList = Array.isArray(events) && events.every((type) => typeof type === 'string')
  if (events !== undefined && typeof events !== 'function' && !isList) {
    throw new TypeError(wrongValue('events', events, 'an array of types of events, or a function'))
  }
  if (name.length > 91) {
    throw new RangeError(`the name ${name} has ${name.length} characters; with -undoable it may have 91`)
  }
  const own = graph.arrows.find(isOwn)
  if (own !== undefined) throw new RangeError(`machine ${name} handles ${own.event} itself; rename that event`)
}

function isOwn({ event }: { readonly event: string }): boolean {
  return isUndo({ type: event })
}
