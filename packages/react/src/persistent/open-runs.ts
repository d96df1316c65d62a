// The runs that this page has open, by store and key: opened once however many components use them, and closed after the last
// of these unmounted.
//
//   render: open (reads only) ─► suspended ─► first commit: begin (writes) ─► the last holder leaves ─► flush, close

import type { Machine, RunEvent } from '@xmachines/core'
import {
  memoryStore,
  type NamedRun,
  type OpenNamedOptions,
  openNamed,
  type RunStore,
  type SharedRun,
  storeErrorOf,
} from '@xmachines/core/store'

/** A run that is open, or being opened. */
export interface OpenRun<State, Event extends RunEvent, Output, Input> {
  /** Resolves once it is open or failed. */
  readonly opening: Promise<void>
  /** Undefined while it is being opened, and if that failed. It changes once, if another writer named its run first. */
  run: SharedRun<State, Event, Output, Input> | undefined
  /** Throws why it could not be opened, if it could not. It is opened again for whoever asks after that. */
  check(): void
  /** Why the store cannot keep it: it is only in memory. */
  outage: Error | undefined
  /** Keeps it open; returns a function that lets go of it. */
  hold(): () => void
  /** Keeps a new run in the store. */
  begin(): void
  /** Calls a listener when `run` or `outage` changes, or the store has a problem. */
  subscribe(listener: () => void): () => void
}

type AnyOpenRun = OpenRun<unknown, RunEvent, unknown, unknown>

const open = new WeakMap<RunStore, Map<string, AnyOpenRun>>()

/** Milliseconds after which a run is closed that was opened for a component which never committed. */
const UNCLAIMED = 30_000

/** The run of a key in a store. It is opened if it is not open. Nothing is written. */
export function openRun<State, Event extends RunEvent, Output, Input>(
  store: RunStore,
  key: string,
  machine: Machine<State, Event, Output, Input>,
  options: OpenNamedOptions<Input>,
): OpenRun<State, Event, Output, Input> {
  const runs = open.get(store) ?? new Map<string, AnyOpenRun>()
  open.set(store, runs)
  const known = runs.get(key)
  // Under one key there is one run. Its machine is the one that it was opened with.
  if (known !== undefined) return known as unknown as OpenRun<State, Event, Output, Input>
  const made = start(store, key, machine, options, () => runs.delete(key))
  runs.set(key, made as unknown as AnyOpenRun)
  return made
}

function start<State, Event extends RunEvent, Output, Input>(
  store: RunStore,
  key: string,
  machine: Machine<State, Event, Output, Input>,
  options: OpenNamedOptions<Input>,
  forget: () => void,
): OpenRun<State, Event, Output, Input> {
  const listeners = new Set<() => void>()
  let named: NamedRun<State, Event, Output, Input> | undefined
  let holders = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let begun = false
  let failure: { readonly thrown: unknown } | undefined

  const notify = (): void => {
    for (const listener of listeners) listener()
  }

  async function openIt(): Promise<void> {
    try {
      named = await openNamed(store, key, machine, options)
    } catch (thrown) {
      const refusal = storeErrorOf(thrown)
      if (refusal?.code !== 'UNAVAILABLE') {
        failure = { thrown }
        return
      }
      // A private window, or no room: the run works, and is gone with the page.
      opened.outage = refusal
      named = await openNamed(memoryStore(), key, machine, options)
    }
    show(named.run)
    if (holders === 0) closeAfter(UNCLAIMED)
  }

  function show(run: SharedRun<State, Event, Output, Input>): void {
    opened.run = run
    run.onChange(notify)
    notify()
  }

  function closeAfter(milliseconds: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (holders > 0) return
      forget()
      const { run } = opened
      void run
        ?.flush()
        .catch(() => undefined)
        .finally(run.close)
    }, milliseconds)
  }

  const opened: OpenRun<State, Event, Output, Input> = {
    opening: Promise.resolve(),
    run: undefined,
    check() {
      if (failure === undefined) return
      // React renders again before it gives up, in the same task.
      setTimeout(forget)
      throw failure.thrown
    },
    outage: undefined,
    hold() {
      holders += 1
      clearTimeout(timer)
      return () => {
        holders -= 1
        // A refresh lets go and holds again in the same commit.
        if (holders === 0) closeAfter(0)
      }
    },
    begin() {
      if (begun || named === undefined) return
      begun = true
      named.begin().then(
        (run) => {
          if (run !== opened.run) show(run)
        },
        (thrown: unknown) => {
          opened.outage = thrown instanceof Error ? thrown : new Error(String(thrown))
          notify()
        },
      )
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  return Object.assign(opened, { opening: openIt() })
}
