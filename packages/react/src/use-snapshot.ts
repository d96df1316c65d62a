'use client'

// What a component shows of a run.

import type { Snapshot } from '@xmachines/core'
import { useSyncExternalStoreWithSelector } from 'use-sync-external-store/with-selector'
import { type SnapshotSource, toldBy } from './told-snapshot.ts'

/**
 * The latest snapshot of a run, or a selection of it (RFC Run v1 §6). The component renders again when the selection
 * changes: at once after a `send`, at most once a frame for what comes through a stream. Components on one run never
 * show different states of it. The server renders `snapshot.current`; hydration begins with `snapshot.initial`.
 *
 * @param source a run; or its `snapshot` port, which shows a fatal end as a snapshot and does not throw it; or any stream
 *   of snapshots, such as a server component hands down: the component suspends until the first has arrived
 * @param selector picks what the component shows; the whole snapshot unless given
 * @param isEqual whether two selections are the same to this component: `Object.is` unless given
 * @returns the selection
 * @throws {RunError} of a run: its fatal error, to the nearest error boundary, whatever is selected
 * @throws {TypeError} where the source is none of these, or a stream that somebody else reads
 * @throws what a stream is errored with, and an error where it ends before its first snapshot
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
  selector: (snapshot: Snapshot<State>) => unknown = whole,
  isEqual?: (one: unknown, other: unknown) => boolean,
): unknown {
  const { subscribe, read, readFirst } = toldBy(source)
  return useSyncExternalStoreWithSelector(subscribe, read, readFirst, selector, isEqual)
}

/** The selector of those who give none. */
export function whole<State>(snapshot: Snapshot<State>): Snapshot<State> {
  return snapshot
}
