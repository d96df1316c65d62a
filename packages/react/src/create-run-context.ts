'use client'

// A run for a tree of components, and hooks that are bound to it.

import type { Machine, OutputHandlers, Run, RunError, RunEvent, Snapshot } from '@xmachines/core'
import { createContext, createElement, type ReactElement, type ReactNode, useContext } from 'react'
import { checkMachine, checkRun } from './check-run.ts'
import { keepContext } from './kept-context.ts'
import { hasMode } from './mode.ts'
import { type UseOutputsOptions, useOutputs } from './use-outputs.ts'
import { useRefusals } from './use-refusals.ts'
import { type UseRunArguments, type UseRunOptions, useRun } from './use-run.ts'
import { type Send, useSend } from './use-send.ts'
import { useSnapshot } from './use-snapshot.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** The properties of a context's `Provider`: a `run` to provide, or the options of `useRun` to make one. */
export type RunProviderProps<State, Event extends RunEvent, Output, Input> = { readonly children?: ReactNode } & (
  | { readonly run: Run<State, Event, Output, Input> }
  | ({ readonly run?: undefined } & UseRunOptions<Event, Input>)
)

/** A run for a tree of components, and hooks that are bound to it and take no run. */
export interface RunContext<State, Event extends RunEvent, Output, Input> {
  /** Provides the given run to this tree, or makes one as `useRun` does. */
  readonly Provider: (props: RunProviderProps<State, Event, Output, Input>) => ReactElement
  /** The run of the nearest `Provider`. */
  readonly useRun: () => Run<State, Event, Output, Input>
  /** `useSnapshot` on that run. */
  readonly useSnapshot: {
    (): Snapshot<State>
    <Selection>(
      selector: (snapshot: Snapshot<State>) => Selection,
      isEqual?: (one: Selection, other: Selection) => boolean,
    ): Selection
  }
  /** `useSend` on that run. */
  readonly useSend: () => Send<Event>
  /** `useOutputs` on that run. */
  readonly useOutputs: (handlers: OutputHandlers<Output, Event, State>, options?: UseOutputsOptions) => void
  /** `useRefusals` on that run. */
  readonly useRefusals: (listener: (refusal: RunError) => void) => void
}

/**
 * Makes a context for the runs of a machine: a `Provider` for a tree of components, and hooks that find the run there
 * (RFC Run v1 §2.2). Providers may be nested; each component uses the nearest run. Contexts are separate, also those of
 * machines of the same name.
 *
 * @param machine made by `defineMachine`
 * @returns the `Provider` and the hooks; each hook throws if there is no `Provider` above its component
 *
 * @example
 * ```tsx
 * import { defineMachine } from '@xmachines/core'
 * import { createRunContext } from '@xmachines/react'
 *
 * const basket = defineMachine<readonly string[], { type: 'ADD'; item: string }>({
 *   name: 'basket',
 *   version: '1',
 *   initial: [],
 *   on: { ADD: (items, { item }) => [...items, item] },
 * })
 *
 * const Basket = createRunContext(basket)
 *
 * function Badge() {
 *   return <output>{Basket.useSnapshot(({ state }) => state.length)}</output>
 * }
 *
 * function AddButton({ item }: { item: string }) {
 *   const send = Basket.useSend()
 *   return (
 *     <button type="button" onClick={() => send({ type: 'ADD', item })}>
 *       Add {item}
 *     </button>
 *   )
 * }
 *
 * export function Shop() {
 *   return (
 *     <Basket.Provider>
 *       <Badge />
 *       <AddButton item="apples" />
 *     </Basket.Provider>
 *   )
 * }
 * ```
 */
export function createRunContext<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
): RunContext<State, Event, Output, Input> {
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) {
    checkMachine('createRunContext', machine)
    return keepContext(machine, contextOf)
  }
  return contextOf(() => machine)
}

function contextOf<State, Event extends RunEvent, Output, Input>(
  latestMachine: () => Machine<State, Event, Output, Input>,
): RunContext<State, Event, Output, Input> {
  type Props = RunProviderProps<State, Event, Output, Input>
  const Context = createContext<Run<State, Event, Output, Input> | undefined>(undefined)

  function Provider({ run, children, ...options }: Props): ReactElement {
    if ((hasMode ? process.env.NODE_ENV !== 'production' : false) && run !== undefined)
      checkRun('Provider', run, 'ports')
    return run === undefined
      ? createElement(RunMaker, { options }, children)
      : createElement(Context.Provider, { value: run }, children)
  }

  function RunMaker({ options, children }: { options: object; children?: ReactNode }): ReactElement {
    return createElement(
      Context.Provider,
      { value: useRun(latestMachine(), ...([options] as unknown as UseRunArguments<Event, Input>)) },
      children,
    )
  }

  function useNearestRun(): Run<State, Event, Output, Input> {
    const run = useContext(Context)
    if (run !== undefined) return run
    const { name, version } = latestMachine()
    throw new Error(`No Provider above gives a run of ${name}@${version}. Render it below its Provider.`)
  }

  return {
    Provider,
    useRun: useNearestRun,
    // Without a selector, the selection is the whole snapshot, as the signatures say.
    useSnapshot: <Selection>(
      selector?: (snapshot: Snapshot<State>) => Selection,
      isEqual?: (one: Selection, other: Selection) => boolean,
    ) => useSnapshot(useNearestRun(), selector as (snapshot: Snapshot<State>) => Selection, isEqual),
    useSend: () => useSend(useNearestRun()),
    useOutputs: (handlers, options) => useOutputs(useNearestRun(), handlers, options),
    useRefusals: (listener) => useRefusals(useNearestRun(), listener),
  }
}
