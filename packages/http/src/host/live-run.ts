// One run of a host: opened once, whoever asks. Those who hold it and those who follow it belong to this object, which stays the
// same if the run has to be opened again.

import type { RunEvent } from '@xmachines/core'
import {
  openShared,
  type RunStore,
  type SharedRun,
  type SnapshotRecord,
  type StoredRecord,
  storeErrorOf,
} from '@xmachines/core/store'
import type { WireSnapshot } from '../wire/snapshot.ts'
import { HostError, succeeded } from './host-error.ts'
import type { HostedMachine } from './hosted-machine.ts'
import { latestOf } from './recorded.ts'

/** A shared run of any machine. What comes from outside is checked by the machine. */
export type AnySharedRun = SharedRun<unknown, RunEvent, unknown, unknown>

/** What a live run is opened with. */
export interface LiveRunPlan {
  readonly id: string
  readonly store: RunStore
  readonly machines: readonly HostedMachine[]
  readonly format: Parameters<typeof openShared>[3]
  /** Where the run was when it was open before. */
  readonly remembered: SnapshotRecord | undefined
  /** Called after each change of what is recorded, and once the run is open. */
  readonly onChange: (live: LiveRun, run: AnySharedRun) => void
}

/** A run that is open, or being opened. */
export interface LiveRun {
  readonly id: string
  /** How many use it. */
  readonly holders: number
  /** When it was last used, by `performance.now()`. */
  readonly lastUsed: number
  /** Keeps it open until the function that this gives is called. */
  hold(): () => void
  /**
   * The run, opened again if it has ended fatally: only the run object has ended.
   * @throws {HostError} `NOT_FOUND` if no machine of the host is that of the run, `SUCCEEDED` if it has a successor
   */
  open(): Promise<AnySharedRun>
  /** The run, if it is open. */
  readonly opened: AnySharedRun | undefined
  /** The id of the run that has taken its place, once that is known here. */
  readonly successor: string | undefined
  /** Another run has taken its place. Those who follow it are notified. */
  succeed(successor: string): void
  /** What is recorded; only while it is open. */
  readonly latest: WireSnapshot
  /** Where it is, or was when it was last open: enough to open it again. Undefined if the store does not lead on from there. */
  readonly snapshot: SnapshotRecord | undefined
  /** Calls a listener after each change of what is recorded. */
  follow(listener: () => void): () => void
  /** Calls the listeners. */
  notify(): void
  /** The record with a sequence and those after it, at most so many. */
  records(from: number, most: number): Promise<readonly StoredRecord[]>
  close(): void
}

/** Milliseconds before a run that could not be opened is tried again for those who follow it: at first, and at most. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 30_000

/** A live run that is not open yet. */
export function liveRun({ id, store, machines, format, remembered, onChange }: LiveRunPlan): LiveRun {
  let run: AnySharedRun | undefined
  let opening: Promise<AnySharedRun> | undefined
  /** Whether it could not be opened from where it was. Then it is opened from its beginning. */
  let isDoubtful = false
  let stopWatching: (() => void) | undefined
  /** Whether it is about to be opened again, and how often that failed. */
  let reviving = false
  let failures = 0
  let latest: WireSnapshot | undefined
  let holders = 0
  let lastUsed = performance.now()
  let successor: string | undefined
  let isClosed = false
  const listeners = new Set<() => void>()

  const live: LiveRun = {
    id,
    get holders() {
      return holders
    },
    get lastUsed() {
      return lastUsed
    },
    hold() {
      let isHeld = true
      holders += 1
      return () => {
        if (!isHeld) return
        isHeld = false
        holders -= 1
        lastUsed = performance.now()
      }
    },
    async open() {
      if (successor !== undefined) throw succeeded(id, successor)
      if (run !== undefined && isUsable(run)) return run
      opening ??= openAnew().finally(() => {
        opening = undefined
      })
      return await opening
    },
    get opened() {
      return run
    },
    get successor() {
      return successor
    },
    succeed(other) {
      successor = other
      live.notify()
    },
    get latest() {
      return (latest ??= latestOf(run as AnySharedRun))
    },
    get snapshot() {
      if (isDoubtful) return undefined
      return run === undefined ? remembered : snapshotOf(run)
    },
    follow(listener) {
      listeners.add(listener)
      revive()
      return () => void listeners.delete(listener)
    },
    notify() {
      for (const listener of Array.from(listeners)) listener()
    },
    async records(from, most) {
      const records: StoredRecord[] = []
      const reader = (await live.open()).history({ from }).getReader()
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        records.push(read.value)
        if (records.length === most) break
      }
      await reader.cancel()
      return records
    },
    close() {
      isClosed = true
      stopWatching?.()
      run?.close()
    },
  }
  return live

  async function openAnew(): Promise<AnySharedRun> {
    const plain = machines.map(({ machine }) => machine)
    let opened: AnySharedRun
    try {
      // It costs what is new.
      opened = await openShared(store, id, plain, { ...format, snapshot: live.snapshot, gather: untilRequestsAreIn })
    } catch (thrown) {
      isDoubtful ||= storeErrorOf(thrown)?.code !== 'UNAVAILABLE'
      if ((thrown as { readonly code?: unknown }).code !== 'MACHINE_MISMATCH') throw thrown
      throw new HostError('NOT_FOUND', `there is no run ${id} of a machine that is served here`, { cause: thrown })
    }
    const { successor: found } = storeErrorOf(opened.problem) ?? {}
    if (found !== undefined) {
      live.succeed(found)
      throw succeeded(id, found)
    }
    if (isClosed) opened.close()
    stopWatching?.()
    const unsubscribe = opened.confirmed.subscribe(changed)
    const forget = opened.onChange(revive)
    stopWatching = () => {
      unsubscribe()
      forget()
    }
    run = opened
    isDoubtful = false
    failures = 0
    changed()
    return opened
  }

  /** Opens the run again if it has ended or failed, and somebody follows it: others may append to it. */
  function revive(): void {
    if (isClosed || reviving || listeners.size === 0 || successor !== undefined) return
    if (run === undefined || isUsable(run)) return
    reviving = true
    // At first at once, and not in the call in which it ended.
    const pause = failures === 0 ? 0 : Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1))
    failures += 1
    const timer = setTimeout(() => {
      reviving = false
      if (isClosed || listeners.size === 0) return
      live.open().catch(revive)
    }, pause)
    ;(timer as { unref?: () => void }).unref?.()
  }

  function changed(): void {
    latest = undefined
    onChange(live, run as AnySharedRun)
    live.notify()
  }
}

/** Resolves after the requests that came in at the same moment, if the platform has such a moment: they share an append. */
function untilRequestsAreIn(): Promise<unknown> {
  // Node, Deno and Bun have it. The types of the web do not.
  const { setImmediate } = globalThis as { readonly setImmediate?: (act: (value: unknown) => void) => unknown }
  return setImmediate === undefined ? Promise.resolve() : new Promise((resolve) => setImmediate(resolve))
}

/** Whether a run continues, or is done. One that ended fatally, or failed, may continue if it is opened again. */
function isUsable(run: AnySharedRun): boolean {
  return !run.isClosed || run.confirmed.current.status === 'done'
}

/** Where a run is in the store. A fatal end is one of the run object alone. */
function snapshotOf({ genesis, head, position, confirmed }: AnySharedRun): SnapshotRecord {
  const { sequence, state } = confirmed.current
  return { genesis, sequence, oid: head, position, state }
}
