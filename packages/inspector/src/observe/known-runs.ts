// The runs of a page, as core announces them. They are held weakly. A run is listed once somebody reads it or it has an event:
// React makes runs for renders that it throws away. It leaves the list when it is closed.

import type { AnyRun } from '@xmachines/core'
import { type Fate, hookKey, isWatched, type Log, type RunHook, sequenceOf } from '@xmachines/core/internal'
import { logsOf } from './logs.ts'

type Known = WeakRef<AnyRun & object>

/** The runs of a page. */
export interface KnownRuns {
  /** The runs that are worth showing, oldest first. */
  list(): readonly AnyRun[]
  /** Whether anybody reads a run or subscribes to it. */
  isRead(run: AnyRun): boolean
  /** The component that made a run, if one did. */
  placeOf(run: AnyRun): string | undefined
  /** Lists a run in any case, and keeps it. */
  pin(run: AnyRun): void
  /** What became of an output, if its handler told. */
  fateOf(id: string, position: number): Fate | undefined
}

interface Hooked {
  [hookKey]?: RunHook
}

/** How many outputs' fates are remembered. */
const MOST_FATES = 10_000

let shared: KnownRuns | undefined

/** The runs of this page. The first call installs the hook, and takes over the runs that were made before it. */
export function knownRuns(): KnownRuns {
  shared ??= install()
  return shared
}

function install(): KnownRuns {
  const known: Known[] = []
  /** Several run objects may share a log. The one that shows what is pending is taken. */
  const byLog = new WeakMap<Log, Known>()
  const places = new WeakMap<AnyRun, string>()
  const pinned = new Set<AnyRun>()
  const fates = new Map<string, Fate>()

  function add(run: object, place: string | undefined): void {
    const { confirmed, tentative } = logsOf(run as AnyRun)
    const before = byLog.get(confirmed)
    if (before !== undefined) {
      if (confirmed === tentative) return
      known.splice(known.indexOf(before), 1)
    }
    if (place !== undefined) places.set(run as AnyRun, place)
    const made: Known = new WeakRef(run as AnyRun)
    byLog.set(confirmed, made)
    known.push(made)
  }

  const { [hookKey]: before } = globalThis as Hooked
  for (const early of before?.early ?? []) {
    const run = early.deref()
    if (run !== undefined) add(run, undefined)
  }
  ;(globalThis as Hooked)[hookKey] = Object.assign(
    (run: object): void => {
      if (before?.early === undefined) before?.(run)
      add(run, placeIn(new Error().stack))
    },
    {
      fate(key: string, fate: Fate): void {
        before?.fate?.(key, fate)
        fates.delete(key)
        fates.set(key, fate)
        if (fates.size > MOST_FATES) fates.delete(fates.keys().next().value as string)
      },
    },
  )

  return {
    list() {
      const runs: AnyRun[] = []
      for (let at = known.length - 1; at >= 0; at--) {
        const run = known[at]?.deref()
        if (run === undefined) known.splice(at, 1)
        else if (pinned.has(run) || isWorthShowing(run)) runs.unshift(run)
      }
      return runs
    },
    isRead,
    placeOf: (run) => places.get(run),
    pin(run) {
      pinned.add(run)
      if (!byLog.has(logsOf(run).confirmed)) add(run, undefined)
    },
    fateOf: (id, position) => fates.get(`${id}/${position}`),
  }
}

function isWorthShowing(run: AnyRun): boolean {
  return !wasClosed(run) && (sequenceOf(logsOf(run).tentative) > 0 || isRead(run))
}

/** Whether a run was closed. One that ended or failed is closed too, and stays worth a look. */
function wasClosed(run: AnyRun): boolean {
  const { isClosed, problem } = run as { readonly isClosed?: unknown; readonly problem?: unknown }
  return isClosed === true && problem === undefined && logsOf(run).confirmed.status === 'active'
}

function isRead(run: AnyRun): boolean {
  const { confirmed, tentative } = logsOf(run)
  if (isWatched(confirmed)) return true
  // A log that is ahead of another waits for what is sent itself.
  return tentative !== confirmed && (tentative.waiting.length > 1 || (tentative.subscriptions?.all.size ?? 0) > 0)
}

/** The component that made a run, in a stack: the nearest one whose name looks like one. Other functions tell a user nothing. */
function placeIn(stack: string | undefined): string | undefined {
  for (const line of stack?.split('\n') ?? []) {
    const name = /^\s*at ([A-Z][\w$]*) \(/.exec(line)?.[1] ?? /^([A-Z][\w$]*)@(?!\[native)/.exec(line)?.[1]
    if (name !== undefined && !ownComponents.has(name)) return name
  }
  return undefined
}

/** The components of `@xmachines/react` that make runs. */
const ownComponents: ReadonlySet<string> = new Set(['PersistentRun', 'Opened', 'Provider', 'RunMaker'])
