// The runs that a host has open: one object for each id. Runs that nobody uses are closed after a while, or if there are too many.
// The latest of these are remembered by their state, without their history, so that opening one again costs what is new.

import { type SnapshotRecord, storeErrorOf } from '@xmachines/core/store'
import { HostError } from './host-error.ts'
import { type LiveRun, type LiveRunPlan, liveRun } from './live-run.ts'

/** How many runs are open, and for how long. */
export interface LiveRunsLimits {
  readonly maxOpen: number
  readonly maxRemembered: number
  readonly idleMs: number
}

/** The runs of a host. */
export interface LiveRuns {
  /** How many are open or being opened. */
  readonly size: number
  /**
   * Uses a run: it is open until `release` is called.
   * @throws {HostError} `BUSY` if too many are open and all are used
   */
  hold(id: string): Promise<{ readonly live: LiveRun; release(): void }>
  /** The run with an id, if it is open or being opened. */
  find(id: string): LiveRun | undefined
  all(): LiveRun[]
  /** Closes the runs. */
  close(): void
}

/** No runs yet. */
export function liveRuns(
  plan: Omit<LiveRunPlan, 'id' | 'remembered'>,
  { maxOpen, maxRemembered, idleMs }: LiveRunsLimits,
  isBusy: (live: LiveRun) => boolean,
): LiveRuns {
  const runs = new Map<string, LiveRun>()
  /** Where runs were when they were closed, the one that was closed last at the end. */
  const remembered = new Map<string, SnapshotRecord>()
  const timer = setInterval(closeIdle, Math.max(10, idleMs / 2))
  // Idle runs keep no process running.
  ;(timer as { unref?: () => void }).unref?.()

  function isIdle(live: LiveRun): boolean {
    return live.holders === 0 && (live.opened?.pending ?? 0) === 0 && !isBusy(live)
  }

  function drop(live: LiveRun): void {
    const { id, snapshot } = live
    runs.delete(id)
    live.close()
    if (snapshot !== undefined) remembered.set(id, snapshot)
    if (remembered.size > maxRemembered) remembered.delete(remembered.keys().next().value as string)
  }

  function closeIdle(): void {
    const before = performance.now() - idleMs
    for (const live of runs.values()) if (live.lastUsed < before && isIdle(live)) drop(live)
  }

  /** Closes the run that was idle for longest. */
  function makeRoom(): void {
    if (runs.size < maxOpen) return
    let oldest: LiveRun | undefined
    for (const live of runs.values()) {
      if (isIdle(live) && live.lastUsed < (oldest?.lastUsed ?? Number.POSITIVE_INFINITY)) oldest = live
    }
    if (oldest === undefined) {
      throw new HostError('BUSY', `${maxOpen} runs are in use, and no more are opened; try again later`, {
        retryAfter: 1,
      })
    }
    drop(oldest)
  }

  return {
    get size() {
      return runs.size
    },
    async hold(id) {
      let live = runs.get(id)
      if (live === undefined) {
        const known = remembered.get(id)
        makeRoom()
        remembered.delete(id)
        live = liveRun({ ...plan, id, remembered: known })
        runs.set(id, live)
      }
      const release = live.hold()
      try {
        await live.open()
      } catch (thrown) {
        release()
        // Others may be waiting for it, and fail too; what has listeners is opened again later.
        if (live.holders === 0 && runs.get(id) === live) drop(live)
        if (storeErrorOf(thrown)?.code !== 'MISSING') throw thrown
        throw new HostError('NOT_FOUND', `there is no run ${id} here`)
      }
      return { live, release }
    },
    find: (id) => runs.get(id),
    all: () => [...runs.values()],
    close() {
      clearInterval(timer)
      for (const live of runs.values()) live.close()
      runs.clear()
      remembered.clear()
    },
  }
}
