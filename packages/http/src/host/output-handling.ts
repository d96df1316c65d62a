// Handles the outputs of a host's runs: each under the lease of its run, once it is in the store, until all have settled. Outputs
// that a server left unsettled when it crashed are found by looking into the store from time to time.

import { handleShared, type RunStore } from '@xmachines/core/store'
import { HostError } from './host-error.ts'
import type { HostedMachine } from './hosted-machine.ts'
import type { AnySharedRun, LiveRun } from './live-run.ts'

/** How outputs are handled. */
export interface OutputHandlingPlan {
  readonly store: RunStore
  readonly machines: readonly HostedMachine[]
  readonly owner: string | undefined
  readonly ttl: number
  /** Milliseconds between two looks into the store. */
  readonly resumeMs: number
  readonly onError: (error: unknown, id: string) => void
  /** Opens a run for as long as its outputs are handled. */
  readonly hold: (id: string) => Promise<{ readonly live: LiveRun; release(): void }>
}

/** Handles outputs. */
export interface OutputHandling {
  /** A run has changed. */
  changed(live: LiveRun, run: AnySharedRun): void
  /** Whether outputs of a run are being handled. */
  isHandling(live: LiveRun): boolean
  /** Outputs of this run have not settled from this position on. */
  unsettled(id: string, settled: number): Promise<void>
  /** Aborts handlers under way, and gives the leases back. */
  stop(): Promise<void>
}

/** Milliseconds before a handler that threw is started again: at first, and at most. */
const FIRST_PAUSE = 1000
const LONGEST_PAUSE = 60_000

/** How far the outputs of a run have settled, as far as is known here. */
interface Progress {
  settled: number
  failures: number
  handling: Promise<void> | undefined
}

/** Begins to handle outputs. */
export function outputHandling(plan: OutputHandlingPlan): OutputHandling {
  const { store, machines, owner, ttl, resumeMs, onError, hold } = plan
  const progress = new WeakMap<LiveRun, Progress>()
  const underWay = new Set<Promise<void>>()
  const stopping = new AbortController()
  const { signal } = stopping
  const handled = machines.filter(({ outputs }) => outputs !== undefined)
  if (handled.length > 0) void lookAgain()

  /** What was there before a run was opened has settled, or is found in the store. */
  function progressOf(live: LiveRun, run: AnySharedRun): Progress {
    let found = progress.get(live)
    if (found === undefined) {
      found = { settled: run.position, failures: 0, handling: undefined }
      progress.set(live, found)
    }
    return found
  }

  function changed(live: LiveRun, run: AnySharedRun): void {
    if (outputsOf(run) === undefined || signal.aborted) return
    const state = progressOf(live, run)
    if (state.handling !== undefined || state.settled >= run.position) return
    const release = live.hold()
    const handling = handle(live, state).finally(() => {
      underWay.delete(handling)
      release()
    })
    state.handling = handling
    underWay.add(handling)
  }

  function outputsOf({ machine }: AnySharedRun): HostedMachine['outputs'] {
    return machines.find((one) => one.machine === (machine as unknown))?.outputs
  }

  async function handle(live: LiveRun, state: Progress): Promise<void> {
    while (!signal.aborted) {
      try {
        const run = await live.open()
        if (state.settled >= run.position) break
        const options = { ttl, signal, untilSettled: true, ...(owner === undefined ? {} : { owner }) }
        state.settled = Math.max(state.settled, await handleShared(run, (outputsOf(run) ?? {}) as never, options))
        state.failures = 0
        // A run that ended fatally is opened again, so that its outputs are still handled.
        if (run.confirmed.current.status === 'done') break
      } catch (thrown) {
        if (signal.aborted) break
        onError(thrown, live.id)
        state.failures += 1
        await pause(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (state.failures - 1)))
      }
    }
    state.handling = undefined
  }

  async function unsettled(id: string, settled: number): Promise<void> {
    const { live, release } = await hold(id)
    const run = await live.open()
    const state = progressOf(live, run)
    // What is being handled knows better.
    if (state.handling === undefined) state.settled = Math.min(state.settled, settled)
    changed(live, run)
    release()
  }

  async function lookAgain(): Promise<void> {
    while (!signal.aborted) {
      for (const { machine } of handled) await look(machine).catch((thrown: unknown) => onError(thrown, ''))
      await pause(resumeMs)
    }
  }

  async function look({ name, version }: HostedMachine['machine']): Promise<void> {
    const reader = store.list({ machine: { name, version }, unsettled: true }).getReader()
    try {
      for (let read = await reader.read(); !read.done && !signal.aborted; read = await reader.read()) {
        const { id, settled, successor } = read.value
        // Nothing that a handler answers could be written any more.
        if (successor !== undefined) continue
        await unsettled(id, settled).catch((thrown: unknown) => {
          // With too many runs open, it is found again later.
          if (!(thrown instanceof HostError && thrown.code === 'BUSY')) onError(thrown, id)
        })
      }
    } finally {
      await reader.cancel()
    }
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(go, milliseconds)
      ;(timer as { unref?: () => void }).unref?.()
      signal.addEventListener('abort', go)
      function go(): void {
        clearTimeout(timer)
        signal.removeEventListener('abort', go)
        resolve()
      }
    })
  }

  return {
    changed,
    isHandling: (live) => progress.get(live)?.handling !== undefined,
    unsettled,
    async stop() {
      stopping.abort()
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
