'use client'

// A run for a tree of components, and the hooks bound to it.

import type { Machine, OutputHandlers, Run, RunError, RunEvent, Snapshot } from '@xmachines/core'
import { createContext, createElement, type ReactElement, type ReactNode, useContext } from 'react'
import { editedContext } from './edited-machine.ts'
import { type UseOutputsOptions, useOutputs } from './use-outputs.ts'
import { type UseRunArguments, type UseRunOptions, useRun } from './use-run.ts'
import { useRunError } from './use-run-error.ts'
import { type Send, useSend } from './use-send.ts'
import { useSnapshot, whole } from './use-snapshot.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** The properties of a context's `Provider`: a `run` that somebody else holds, or what `useRun` takes to make one. */
export type RunProviderProps<State, Event extends RunEvent, Output, Input> = { readonly children?: ReactNode } & (
  | { readonly run: Run<State, Event, Output, Input> }
  | ({ readonly run?: undefined } & UseRunOptions<Event, Input>)
)

/** A run for a tree of components, and the hooks bound to it, which take no run. */
export interface RunContext<State, Event extends RunEvent, Output, Input> {
  /** Makes the run of this tree, as `useRun` does, or hands down the one that it is given. */
  readonly Provider: (props: RunProviderProps<State, Event, Output, Input>) => ReactElement
  /** The run of the nearest `Provider`. */
  readonly useRun: () => Run<State, Event, Output, Input>
  /** As `useSnapshot`, of that run. */
  readonly useSnapshot: {
    (): Snapshot<State>
    <Selection>(
      selector: (snapshot: Snapshot<State>) => Selection,
      isEqual?: (one: Selection, other: Selection) => boolean,
    ): Selection
  }
  /** As `useSend`, into that run. */
  readonly useSend: () => Send<Event>
  /** As `useOutputs`, of that run. */
  readonly useOutputs: (handlers: OutputHandlers<Output, Event>, options?: UseOutputsOptions) => void
  /** As `useRunError`, of that run. */
  readonly useRunError: (listener: (refusal: RunError) => void) => void
}

/**
 * Makes a context for the runs of a machine: a `Provider` for a tree of components, and hooks that need no run handed
 * down (RFC Run v1 §2.2). Trees may be nested; each component sees the nearest run.
 *
 * @param machine made by `defineMachine`
 * @returns the `Provider`, and the hooks; each hook throws where there is no `Provider` above
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
  if (process.env.NODE_ENV !== 'production') return editedContext(machine, contextOf)
  return contextOf(() => machine)
}

function contextOf<State, Event extends RunEvent, Output, Input>(
  definition: () => Machine<State, Event, Output, Input>,
): RunContext<State, Event, Output, Input> {
  type Props = RunProviderProps<State, Event, Output, Input>
  const Context = createContext<Run<State, Event, Output, Input> | undefined>(undefined)

  function Provider({ run, children, ...options }: Props): ReactElement {
    return run === undefined
      ? createElement(Made, { options: [options] as unknown as UseRunArguments<Event, Input> }, children)
      : createElement(Context.Provider, { value: run }, children)
  }

  function Made({ options, children }: { options: UseRunArguments<Event, Input>; children?: ReactNode }): ReactElement {
    return createElement(Context.Provider, { value: useRun(definition(), ...options) }, children)
  }

  function useHeldRun(): Run<State, Event, Output, Input> {
    const run = useContext(Context)
    if (run !== undefined) return run
    const { name, version } = definition()
    throw new Error(`There is no run of ${name}@${version} here: render this below the Provider of its context.`)
  }

  return {
    Provider,
    useRun: useHeldRun,
    // Without a selector the selection is the snapshot, as the signatures say.
    useSnapshot: <Selection>(
      selector: (snapshot: Snapshot<State>) => Selection = whole as never,
      isEqual?: (one: Selection, other: Selection) => boolean,
    ) => useSnapshot(useHeldRun(), selector, isEqual),
    useSend: () => useSend(useHeldRun()),
    useOutputs: (handlers, options) => useOutputs(useHeldRun(), handlers, options),
    useRunError: (listener) => useRunError(useHeldRun(), listener),
  }
}
