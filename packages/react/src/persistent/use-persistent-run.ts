'use client'

// A run that is kept in a store, so that it is the same after a reload, in another tab or on another server.

import type { Machine, RunEvent } from '@xmachines/core'
import type { OpenNamedOptions, RunStore, SharedRun } from '@xmachines/core/store'
import { useEffect, useInsertionEffect, useRef, useSyncExternalStore } from 'react'
import { checkMachine, wrongArgument } from '../check-run.ts'
import { isEdited } from '../kept-context.ts'
import { hasMode } from '../mode.ts'
import { useRefresh } from '../use-refresh.ts'
import { type OpenRun, openRun } from './open-runs.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** Where a run is kept, and how a new one begins. */
export type UsePersistentRunOptions<Input, Event extends RunEvent = RunEvent> = OpenNamedOptions<Input, Event> & {
  /** Where it is kept. Make it once, outside of components. */
  readonly store: RunStore
  /** Its name in the store, such as `draft`. */
  readonly key: string
  /**
   * Called when the store cannot keep the run, such as in a private window or on a full disk: the run continues in memory. Called
   * as well with the reason why the kept run did not open: it was set aside, and a new one began.
   */
  readonly onStoreError?: (error: Error) => void
}

/**
 * A run that is kept in a store (RFC Run v1 §2.3). It suspends until the run is open. Components with the same store and key
 * share it. What is sent is applied at once, and kept right after. Other tabs that change the run are followed.
 *
 * @param machine the machine of the run. It is read once; in development an edit opens the run again with the new definition
 * @param options the store and the key; `input` of a new run; `migrate`, if the machine has changed; a listener for failures
 * @returns the run, which all other hooks take
 * @throws what opening it throws, to the nearest error boundary. A run that no longer replays does not throw: `migrate` takes its
 *   events over, or a new one begins, and the old one stays in the store
 *
 * @example
 * ```tsx
 * import { defineMachine } from '@xmachines/core'
 * import type { RunStore } from '@xmachines/core/store'
 * import { useSend, useSnapshot } from '@xmachines/react'
 * import { usePersistentRun } from '@xmachines/react/persistent'
 * import { Suspense } from 'react'
 *
 * const note = defineMachine<string, { type: 'TYPED'; text: string }>({
 *   name: 'note',
 *   version: '1',
 *   initial: '',
 *   on: { TYPED: (_note, { text }) => text },
 * })
 *
 * function Note({ store }: { store: RunStore }) {
 *   const run = usePersistentRun(note, { store, key: 'note' })
 *   const text = useSnapshot(run, ({ state }) => state)
 *   const send = useSend(run)
 *   return <textarea aria-label="Note" value={text} onChange={({ target }) => send({ type: 'TYPED', text: target.value })} />
 * }
 *
 * export function NotePage({ store }: { store: RunStore }) {
 *   return (
 *     <Suspense fallback="Opening …">
 *       <Note store={store} />
 *     </Suspense>
 *   )
 * }
 * ```
 */
export function usePersistentRun<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  options: UsePersistentRunOptions<NoInfer<Input>, NoInfer<Event>>,
): SharedRun<State, Event, Output, Input> {
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) checkArguments(machine, options)
  const { store, key, onStoreError, ...others } = options
  // These are the members of the options that are not this hook's own.
  const opening = { store, key, machine, options: others as unknown as OpenNamedOptions<Input, Event> }
  const opened = openRun(opening)
  opened.check()
  const { run } = opened
  // React waits for a thrown promise, and renders again.
  if (run === undefined) throw opened.opening
  // Hiding a component does not clean these up, so a hidden one keeps its run.
  useInsertionEffect(() => opened.hold(), [opened])
  useEffect(() => opened.begin(), [opened])
  useStoreErrors(opened, onStoreError)
  const refresh = useRefresh()
  const refreshed = useRef(refresh)
  useEffect(() => {
    if (!(hasMode ? process.env.NODE_ENV !== 'production' : false)) return
    const isRefresh = refreshed.current !== refresh
    refreshed.current = refresh
    if (machine !== opened.machine) followEdit(opened, opening, isRefresh)
  })
  const current = (): SharedRun<State, Event, Output, Input> => opened.run ?? run
  return useSyncExternalStore(opened.subscribe, current, current)
}

/** What a component was notified of. */
interface Told {
  readonly opened: object
  /** How many errors. */
  errors: number
  /** Whether the store has a problem, which it tried to overcome since. */
  outage: boolean
}

/** Tells each failure of the store once. */
function useStoreErrors<State, Event extends RunEvent, Output, Input>(
  opened: OpenRun<State, Event, Output, Input>,
  listener: ((error: Error) => void) | undefined,
): void {
  const latest = useRef(listener)
  const told = useRef<Told>(undefined)
  useEffect(() => {
    latest.current = listener
  })
  useEffect(() => {
    if (told.current?.opened !== opened) told.current = { opened, errors: 0, outage: false }
    const { current } = told
    const tell = (): void => {
      const errors = opened.errors.slice(current.errors)
      current.errors = opened.errors.length
      for (const error of errors) latest.current?.(error)
      const problem = opened.run?.problem
      const isNew = problem !== undefined && !current.outage
      current.outage = problem !== undefined
      if (isNew) latest.current?.(problem)
    }
    tell()
    return opened.subscribe(tell)
  }, [opened])
}

/** The machines of which the console has a message. */
const warned = new WeakSet<object>()

/** Goes on with the edited machine, or says that another one changes nothing. Only in development. */
function followEdit<State, Event extends RunEvent, Output, Input>(
  opened: OpenRun<State, Event, Output, Input>,
  { key, machine, options }: Parameters<typeof openRun<State, Event, Output, Input>>[0],
  isRefresh: boolean,
): void {
  const before = opened.machine
  if (machine.name === before.name && (isRefresh || isEdited(before, machine))) {
    opened.edit(machine, options)
  } else if (!warned.has(machine)) {
    warned.add(machine)
    console.warn(
      `usePersistentRun received another machine for the key ${JSON.stringify(key)}, ${machine.name}@${machine.version}, and ` +
        `keeps its run of ${before.name}@${before.version}. Define the machine outside the component; if another machine is ` +
        'meant, give it another key.',
    )
  }
}

function checkArguments(machine: unknown, options: unknown): void {
  checkMachine('usePersistentRun', machine)
  const { store, key } = (options ?? {}) as { readonly store?: unknown; readonly key?: unknown }
  if (typeof store !== 'object' || store === null || !('append' in store)) {
    throw wrongArgument('usePersistentRun', 'a store, such as indexedDbStore()', store)
  }
  if (typeof key !== 'string') throw wrongArgument('usePersistentRun', 'a key that is text', key)
}
