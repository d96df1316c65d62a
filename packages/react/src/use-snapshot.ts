'use client'

// The snapshot of a run in a component.

import type { Snapshot } from '@xmachines/core'
import { useEffect } from 'react'
import { useSyncExternalStoreWithSelector } from 'use-sync-external-store/with-selector'
import { wrongArgument } from './check-run.ts'
import { hasMode } from './mode.ts'
import type { SnapshotSource } from './snapshot/snapshot-source.ts'
import { snapshotStoreOf } from './snapshot/snapshot-store.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * The latest snapshot of a run, or a selection from it (RFC Run v1 §6). The component renders again when the selection
 * changes: at once after a `send`, and at most once a frame for events that come through a stream. Components on one
 * run never show different states of it. The server renders `snapshot.current`; hydration begins with
 * `snapshot.initial`.
 *
 * @param source a run; or its `snapshot` port, which shows a fatal error as a snapshot and does not throw it; or any
 *   stream of snapshots, for example from a server component: the component suspends until the first has arrived
 * @param selector picks what the component shows; default: the whole snapshot
 * @param isEqual whether two selections are equal; default: `Object.is`
 * @returns the selection
 * @throws {RunError} the fatal error of a run, to the nearest error boundary, whatever is selected
 * @throws {TypeError} if the source is something else, or if another reader has the stream; and in development, if the
 *   selector or `isEqual` is not a function
 * @throws the error of a stream that fails, and an error if a stream ends before its first snapshot
 *
 * @example
 * ```tsx
 * import { createRun, defineMachine } from '@xmachines/core'
 * import { useSnapshot } from '@xmachines/react'
 *
 * type Lamp = { at: 'off' } | { at: 'on'; watts: number }
 *
 * const lamp = defineMachine<Lamp, { type: 'TOGGLE' }>({
 *   name: 'lamp',
 *   version: '1',
 *   initial: { at: 'off' },
 *   states: {
 *     off: { TOGGLE: () => ({ at: 'on', watts: 5 }) },
 *     on: { TOGGLE: 'off' },
 *   },
 * })
 *
 * export const run = createRun(lamp)
 *
 * export function LampPanel() {
 *   const at = useSnapshot(run, (snapshot) => snapshot.state.at)
 *   const { sequence } = useSnapshot(run)
 *   return (
 *     <p>
 *       {at} after {sequence} batches
 *     </p>
 *   )
 * }
 * ```
 */
export function useSnapshot<State>(source: SnapshotSource<State>): Snapshot<State>
export function useSnapshot<State, Selection>(
  source: SnapshotSource<State>,
  selector: (snapshot: Snapshot<State>) => Selection,
  isEqual?: (one: Selection, other: Selection) => boolean,
): Selection
export function useSnapshot<State>(
  source: SnapshotSource<State>,
  selector: (snapshot: Snapshot<State>) => unknown = wholeSnapshot,
  isEqual?: (one: unknown, other: unknown) => boolean,
): unknown {
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) {
    if (typeof selector !== 'function') throw wrongArgument('useSnapshot', 'a selector function', selector)
    if (isEqual !== undefined && typeof isEqual !== 'function') {
      throw wrongArgument('useSnapshot', 'an isEqual function', isEqual)
    }
  }
  const { subscribe, getSnapshot, getServerSnapshot, compareAdded } = snapshotStoreOf(source)
  const selection = useSyncExternalStoreWithSelector(subscribe, getSnapshot, getServerSnapshot, selector, isEqual)
  // React before 19.3 subscribes again when it shows a hidden <Activity>, and does not look for changes in the meantime.
  // This effect runs after React's own, so a component that shows the latest snapshot does not render again.
  useEffect(compareAdded, [compareAdded])
  return selection
}

/** The default selector. */
function wholeSnapshot<State>(snapshot: Snapshot<State>): Snapshot<State> {
  return snapshot
}
