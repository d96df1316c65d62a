// The list of all runs of a machine, kept up to date while somebody follows it. What this process does is in it at once. What other
// processes do is found by looking into the store from time to time.

import type { AnyMachine } from '@xmachines/core'
import { newToken } from '@xmachines/core/internal'
import type { RunStore } from '@xmachines/core/store'
import type { RunEntry } from '../wire/run-entry.ts'
import { HostError } from './host-error.ts'
import type { RunEntries } from './run-entries.ts'
import { listed, type RunOfMachine } from './run-pages.ts'

/** The latest change of one run in a list. */
export interface ListChange extends RunOfMachine {
  /** Changes are numbered from 1. */
  readonly version: number
  /** The run as it is now; undefined if it is in the list no more. */
  readonly entry: RunEntry | undefined
}

/** A list that is followed. */
export interface RunList {
  /** Names this list. The versions of one list mean nothing in another. */
  readonly name: string
  /** The version of the latest change. */
  readonly version: number
  /** What changed after a version, each run once, in order, at most so many. */
  changes(after: number, most: number): readonly ListChange[]
  /** Calls a listener after changes, and when the host closes. */
  follow(listener: () => void): () => void
  /** Ends the use of the list. */
  release(): void
}

/** What lists are made from. */
export interface RunListPlan {
  readonly store: RunStore
  /** All versions of one machine that are served. */
  readonly machines: readonly AnyMachine[]
  readonly entries: RunEntries
  /** Milliseconds between two looks into the store, at least. */
  readonly listMs: number
  /** How many runs it may have. */
  readonly maxListed: number
  readonly onError: (error: unknown) => void
}

/** A list that a host keeps. */
export interface KeptList {
  /** Follows the list, which is complete then. */
  hold(): Promise<RunList>
  /** Takes what is known of a run. An entry that is older than what is known changes nothing. */
  take(entry: () => RunEntry): void
  /** A run is in the list no more. */
  drop(id: string): void
  /** Ends the looks, and calls the listeners. */
  close(): void
}

/** A look takes at most this part of the time. */
const PART = 1 / 10
/** How many histories are read at a time. */
const AT_ONCE = 16

/** The list of the runs of a machine. Nothing is read before it is followed. */
export function runList({ store, machines, entries, listMs, maxListed, onError }: RunListPlan): KeptList {
  const name = newToken()
  const listeners = new Set<() => void>()
  /** The latest change of each run. */
  const latest = new Map<string, ListChange>()
  /** All changes in order. Those that are not the latest of their run are removed from time to time. */
  let log: ListChange[] = []
  let version = 0
  let holders = 0
  /** Whether looks into the store follow each other. */
  let isWatched = false
  let looking: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false

  function put(run: RunOfMachine, entry: RunEntry | undefined): void {
    version += 1
    const change = Object.freeze({ id: run.id, machine: run.machine, version, entry })
    latest.set(run.id, change)
    log.push(change)
    if (log.length > 64 + 2 * latest.size) log = log.filter((one) => latest.get(one.id) === one)
  }

  function take(make: () => RunEntry): void {
    // If nobody follows the list, the next look finds it.
    if (!isWatched && holders === 0) return
    const entry = make()
    if (!isNew(entry)) return
    put(entry, entry)
    notify()
  }

  function drop(id: string): void {
    const known = latest.get(id)
    if (known?.entry === undefined) return
    put(known, undefined)
    notify()
  }

  function isNew(entry: RunEntry): boolean {
    const known = latest.get(entry.id)?.entry
    if (known === undefined || entry.sequence > known.sequence) return true
    return entry.sequence === known.sequence && entry.status !== known.status
  }

  function notify(): void {
    for (const listener of Array.from(listeners)) listener()
  }

  /** Takes what the store has. */
  async function look(): Promise<void> {
    const before = version
    const found = await listed(store, machines)
    if (found.length > maxListed) {
      const many = `${found.length} runs of ${machines[0]?.name} are too many to follow; the limit is ${maxListed}`
      throw new HostError('BUSY', `${many}; read the list in pages`, { retryAfter: 60 })
    }
    const ids = new Set(found.map(({ id }) => id))
    const moved = found.filter(({ id, sequence }) => !((latest.get(id)?.entry?.sequence ?? -1) >= sequence))
    for (let at = 0; at < moved.length; at += AT_ONCE) {
      const made = await Promise.all(moved.slice(at, at + AT_ONCE).map(entries.entryOf))
      for (const entry of made) {
        // A run that was dropped after the store was asked does not come back.
        const known = latest.get(entry?.id ?? '')
        const wasDropped = known !== undefined && known.entry === undefined && known.version > before
        if (entry !== undefined && !wasDropped && isNew(entry)) put(entry, entry)
      }
    }
    for (const { id, machine, version: since, entry } of Array.from(latest.values())) {
      // A run that came after the store was asked is not gone.
      if (entry !== undefined && since <= before && !ids.has(id)) put({ id, machine }, undefined)
    }
    if (version > before) notify()
  }

  /** Looks now, or waits for the look that is under way. */
  function lookNow(): Promise<void> {
    looking ??= look().finally(() => {
      looking = undefined
    })
    return looking
  }

  /** Looks again and again while somebody follows the list. */
  function watch(pause: number): void {
    isWatched = holders > 0 && !isClosed
    if (!isWatched) return
    timer = setTimeout(async () => {
      const since = performance.now()
      await lookNow().catch(onError)
      watch(Math.max(listMs, (performance.now() - since) / PART))
    }, pause)
    ;(timer as { unref?: () => void }).unref?.()
  }

  function changes(after: number, most: number): readonly ListChange[] {
    const found: ListChange[] = []
    for (let at = firstAfter(log, after); at < log.length && found.length < most; at++) {
      const change = log[at] as ListChange
      if (latest.get(change.id) === change) found.push(change)
    }
    return found
  }

  return {
    async hold() {
      holders += 1
      let isHeld = true
      const release = (): void => {
        if (!isHeld) return
        isHeld = false
        holders -= 1
      }
      try {
        // What happened while nobody followed is found first.
        if (!isWatched) await lookNow()
      } catch (thrown) {
        release()
        throw thrown
      }
      if (!isWatched) watch(listMs)
      return {
        name,
        get version() {
          return version
        },
        changes,
        follow(listener) {
          listeners.add(listener)
          return () => void listeners.delete(listener)
        },
        release,
      }
    },
    take,
    drop,
    close() {
      isClosed = true
      clearTimeout(timer)
      notify()
    },
  }
}

/** Where the first change after a version is. */
function firstAfter(log: readonly ListChange[], version: number): number {
  let low = 0
  let high = log.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((log[middle] as ListChange).version <= version) low = middle + 1
    else high = middle
  }
  return low
}
