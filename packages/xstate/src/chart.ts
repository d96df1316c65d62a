// The types of a chart as a machine: its state, events, outputs and input, from what `setup` says.

import type {
  AnyStateMachine,
  ContextFrom,
  EmittedFrom,
  EventFromLogic,
  InputFrom,
  OutputFrom,
  SnapshotFrom,
  StateMachine,
} from 'xstate'

/** The state of a chart: plain data, from which a snapshot of XState can be made again. */
export interface ChartState<Chart extends AnyStateMachine = AnyStateMachine> {
  /** The value of the chart, with the regions of parallel states in document order. */
  readonly value: SnapshotFrom<Chart>['value']
  /** The context. An actor in it is `{ xstate$$type: 1, id, number }`. */
  readonly context: ContextFrom<Chart>
  readonly status: 'active' | 'done' | 'error' | 'stopped'
  readonly output?: OutputFrom<Chart>
  /** Why the chart ended, if its status is `error`. */
  readonly error?: unknown
  /** The ids of the state nodes that each history node remembers. */
  readonly history?: Readonly<Record<string, readonly string[]>>
  /** The children, by their ids. */
  readonly children?: Readonly<Record<string, ChartChild>>
  /** The delayed events that are waiting, by their numbers. */
  readonly timers?: Readonly<Record<string, ChartTimer>>
  /** How many numbers children and timers have used. */
  readonly count?: number
}

/** A child of a chart. Its answers repeat its number, so an answer to an earlier child of the same id counts for nothing. */
export interface ChartChild {
  readonly number: number
  /** The name of its logic; left out if it was spawned from a value. */
  readonly src?: string
  readonly input?: unknown
  readonly systemId?: string
  /** Whether its parent gets its snapshots. */
  readonly syncSnapshot?: true
  /** How it ended. */
  readonly status?: 'done' | 'error'
}

/** A delayed event. When its time is over, it is sent to the chart itself, or to a child. */
export interface ChartTimer {
  /** The id that cancels it. */
  readonly id?: string
  /** Milliseconds. */
  readonly delay: number
  readonly event: { readonly type: string }
  /** The number of the child that gets it. */
  readonly to?: number
}

/** An event that a child or a timer sends. The number says which: a late one counts for nothing. */
export interface ChildEvent {
  readonly type: `xstate.${string}`
  readonly 'xstate.from': number
}

/** The events of a chart, as its types declare them; and those of its children and timers. */
export type ChartEvent<Chart extends AnyStateMachine = AnyStateMachine> = EventFromLogic<Chart> | ChildEvent

/** What a chart takes as input; `undefined` if its types declare none. */
export type ChartInput<Chart extends AnyStateMachine> =
  unknown extends InputFrom<Chart> ? undefined : Exclude<InputFrom<Chart>, never>

/** A named action that is to be executed, with its params. */
export type ActionOutput<Action> = Action extends { readonly type: infer Name extends string }
  ? {
      readonly type: 'xstate.action'
      readonly action: Name
      readonly params: Action extends { readonly params?: infer Params } ? Params : undefined
    }
  : never

/** What the handlers of `xstateEffects` take. */
export type EffectOutput =
  | ({ readonly type: 'xstate.start'; readonly id: string } & Omit<ChartChild, 'status'>)
  | { readonly type: 'xstate.stop'; readonly number: number }
  | { readonly type: 'xstate.send'; readonly number: number; readonly event: { readonly type: string } }
  | { readonly type: 'xstate.send-parent'; readonly event: { readonly type: string } }
  | { readonly type: 'xstate.after'; readonly number: number; readonly delay: number }
  | { readonly type: 'xstate.inline'; readonly name: string }
  | { readonly type: 'xstate.log'; readonly value: unknown; readonly label?: string }

/** The outputs of a chart: the events that it emits, if its types declare them; its named actions; and what keeps it running. */
export type ChartOutput<Chart extends AnyStateMachine = AnyStateMachine> =
  | DeclaredEvent<EmittedFrom<Chart>>
  | ActionOutput<ActionOf<Chart>>
  | EffectOutput

/** Without a declaration XState takes any event, of which nothing can be said. */
type DeclaredEvent<Event extends { readonly type: string }> = string extends Event['type'] ? never : Event

type ActionOf<Chart> =
  Chart extends StateMachine<
    infer _Context,
    infer _Event,
    infer _Children,
    infer _Actor,
    infer Action,
    infer _Guard,
    infer _Delay,
    infer _Value,
    infer _Tag,
    infer _Input,
    infer _Output,
    infer _Emitted,
    infer _Meta,
    infer _Schema
  >
    ? Action
    : never
