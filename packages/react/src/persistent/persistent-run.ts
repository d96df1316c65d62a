'use client'

// A run that is kept in a store of the browser, in a page that a server renders: the server shows the fallback.

import type { Machine, RunEvent } from '@xmachines/core'
import type { SharedRun } from '@xmachines/core/store'
import { createElement, Fragment, type ReactElement, type ReactNode, Suspense, useSyncExternalStore } from 'react'
import { type UsePersistentRunOptions, usePersistentRun } from './use-persistent-run.ts'

/** The properties of `PersistentRun`: the options of `usePersistentRun`, with `name` for its `key`. */
export type PersistentRunProps<State, Event extends RunEvent, Output, Input> = Omit<
  UsePersistentRunOptions<Input, Event>,
  'key'
> & {
  readonly machine: Machine<State, Event, Output, Input>
  /** The name of the run in the store. */
  readonly name: string
  /** Shown by the server, while hydrating, and until the run is open. */
  readonly fallback: ReactNode
  /** Shows the run. */
  readonly children: (run: SharedRun<State, Event, Output, Input>) => ReactNode
}

/** Shows a run that is kept in a store, once it is open. It hydrates without a warning, since it begins with the fallback. */
export function PersistentRun<State, Event extends RunEvent, Output, Input>(
  props: PersistentRunProps<State, Event, Output, Input>,
): ReactElement {
  const isInBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
  const { fallback } = props
  // The boundary comes after hydration: React would warn about one that changes while it hydrates.
  if (!isInBrowser) return createElement(Fragment, undefined, fallback)
  return createElement(Suspense, { fallback }, createElement(Opened<State, Event, Output, Input>, props))
}

function Opened<State, Event extends RunEvent, Output, Input>({
  machine,
  name,
  fallback: _fallback,
  children,
  ...options
}: PersistentRunProps<State, Event, Output, Input>): ReactNode {
  return children(
    usePersistentRun(machine, { ...options, key: name } as unknown as UsePersistentRunOptions<Input, Event>),
  )
}

function never(): () => void {
  return () => undefined
}
