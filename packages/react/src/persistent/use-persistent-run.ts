'use client'

// A run that is kept in a store: a reload, another tab or another server goes on with it.

import type { Machine, RunEvent } from '@xmachines/core'
import type { OpenNamedOptions, RunStore, SharedRun } from '@xmachines/core/store'
import { useEffect, useInsertionEffect, useRef, useSyncExternalStore } from 'react'
import { type OpenRun, openRun } from './open-runs.ts'

/** Where a run is kept, and how a new one begins. */
export type UsePersistentRunOptions<Input> = OpenNamedOptions<Input> & {
  /** Where it is kept. Make it once, outside of components. */
  readonly store: RunStore
  /** Its name in the store, such as `draft`. */
  readonly key: string
  /** Called when the store cannot keep the run, such as in a private window or on a full disk. The run goes on in memory. */
  readonly onStoreError?: (error: Error) => void
}

/**
 * A run that is kept in a store (RFC Run v1 §2.3). It suspends until the run is open. Components with the same store and key
 * share it. What is sent is applied at once, and kept right after. Other tabs that change the run are followed.
 *
 * @param machine the machine of the run. It is read once
 * @param options the store and the key; `input` of a new run; `migrate`, if the machine has changed; a listener for failures
 * @returns the run, which all other hooks take
 * @throws what opening it throws, to the nearest error boundary. A run that no longer replays does not throw: `migrate` takes its
 *   events over, or a new one begins, and the old one stays in the store
 */
export function usePersistentRun<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  options: UsePersistentRunOptions<NoInfer<Input>>,
): SharedRun<State, Event, Output, Input> {
  const { store, key, onStoreError, ...others } = options
  const opened = openRun(store, key, machine, others as unknown as OpenNamedOptions<Input>)
  opened.check()
  const { run } = opened
  // React waits for a thrown promise, and renders again.
  if (run === undefined) throw opened.opening
  // Hiding a component does not clean these up, so a hidden one keeps its run.
  useInsertionEffect(() => opened.hold(), [opened])
  useEffect(() => opened.begin(), [opened])
  useStoreErrors(opened, onStoreError)
  const current = (): SharedRun<State, Event, Output, Input> => opened.run ?? run
  return useSyncExternalStore(opened.subscribe, current, current)
}

/** Tells each failure of the store once. */
function useStoreErrors<State, Event extends RunEvent, Output, Input>(
  opened: OpenRun<State, Event, Output, Input>,
  listener: ((error: Error) => void) | undefined,
): void {
  const latest = useRef(listener)
  const told = useRef<Error>(undefined)
  useEffect(() => {
    latest.current = listener
  })
  useEffect(() => {
    const tell = (): void => {
      const problem = opened.outage ?? opened.run?.problem
      if (problem !== undefined && problem !== told.current) latest.current?.(problem)
      told.current = problem
    }
    tell()
    return opened.subscribe(tell)
  }, [opened])
}
