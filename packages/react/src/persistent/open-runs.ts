// The runs that this page has open, by store and key: opened once however many components use them, and closed after the last
// of these unmounted.
//
//   render: open (reads only) ─► suspended ─► first commit: begin (writes) ─► the last holder leaves ─► flush, close

import type { Machine, RunEvent } from '@xmachines/core'
import {
  type NamedRun,
  type OpenNamedOptions,
  openNamed,
  type RunStore,
  type SharedRun,
  storeErrorOf,
} from '@xmachines/core/store'
import { handledOnce } from '../output-offers.ts'
import { leaseOutputs } from './lease-outputs.ts'
import { replaceableStore } from './replaceable-store.ts'

/** A run that is open, or being opened. */
export interface OpenRun<State, Event extends RunEvent, Output, Input> {
  /** Resolves once it is open or failed. */
  readonly opening: Promise<void>
  /** The machine that the run is on. */
  readonly machine: Machine<State, Event, Output, Input>
  /**
   * Undefined while it is being opened, and if that failed. It changes if another writer named its run first, and after an edit
   * of the machine.
   */
  readonly run: SharedRun<State, Event, Output, Input> | undefined
  /** What the store could not do so far. */
  readonly errors: readonly Error[]
  /** Throws why it could not be opened, if it could not. It is opened again for whoever asks after that. */
  check(): void
  /** Keeps it open; returns a function that stops keeping it. */
  hold(): () => void
  /** Keeps a new run in the store. */
  begin(): void
  /** Closes it, for a run of another machine under the same key; undefined if a component uses it. */
  retire(): Promise<void> | undefined
  /** Opens it again with an edited machine. */
  edit(machine: Machine<State, Event, Output, Input>, options: OpenNamedOptions<Input, Event>): void
  /** Calls a listener when `run` or `errors` change, or the store has a problem. */
  subscribe(listener: () => void): () => void
}

type AnyOpenRun = OpenRun<unknown, RunEvent, unknown, unknown>

/** What a run is opened with. */
interface Opening<State, Event extends RunEvent, Output, Input> {
  readonly store: RunStore
  readonly key: string
  readonly machine: Machine<State, Event, Output, Input>
  readonly options: OpenNamedOptions<Input, Event>
}

const open = new WeakMap<RunStore, Map<string, AnyOpenRun>>()

/** Milliseconds after which a run is closed that was opened for a component which never committed. */
const UNCLAIMED = 30_000

/** The run of a key in a store. It is opened if it is not open. Nothing is written. */
export function openRun<State, Event extends RunEvent, Output, Input>(
  opening: Opening<State, Event, Output, Input>,
): OpenRun<State, Event, Output, Input> {
  const { store, key, machine } = opening
  const runs = open.get(store) ?? new Map<string, AnyOpenRun>()
  open.set(store, runs)
  const known = runs.get(key)
  // Under one key there is one run. Its machine is the one that it was opened with, as long as a component uses it.
  const retired = known?.machine === (machine as unknown) ? undefined : known?.retire()
  if (known !== undefined && retired === undefined) return known as unknown as OpenRun<State, Event, Output, Input>
  const made = start(opening, retired, () => {
    if (runs.get(key) === (made as unknown)) runs.delete(key)
  })
  runs.set(key, made as unknown as AnyOpenRun)
  return made
}

function start<State, Event extends RunEvent, Output, Input>(
  { store: given, key, machine: first, options: firstOptions }: Opening<State, Event, Output, Input>,
  before: Promise<void> | undefined,
  forget: () => void,
): OpenRun<State, Event, Output, Input> {
  const listeners = new Set<() => void>()
  const errors: Error[] = []
  const { store, forgo } = replaceableStore(given)
  let machine = first
  let run: SharedRun<State, Event, Output, Input> | undefined
  let named: NamedRun<State, Event, Output, Input> | undefined
  let holders = 0
  let wasHeld = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let begun = false
  let failure: { readonly thrown: unknown } | undefined
  /** Called once the store has the run. */
  let kept = (): void => undefined
  let stopListening = (): void => undefined
  /** One edit at a time. */
  let editing: Promise<void> = Promise.resolve()

  const notify = (): void => {
    for (const listener of listeners) listener()
  }

  function tell(thrown: unknown): void {
    errors.push(thrown instanceof Error ? thrown : new Error(String(thrown)))
    notify()
  }

  async function openIt(): Promise<void> {
    await before
    try {
      named = await openNamed(store, key, machine, firstOptions).catch((thrown: unknown) => {
        if (storeErrorOf(thrown)?.code !== 'UNAVAILABLE') throw thrown
        // A private window, or no room: the run works, and is gone with the page.
        forgo()
        tell(thrown)
        return openNamed(store, key, machine, firstOptions)
      })
    } catch (thrown) {
      failure = { thrown }
      return
    }
    if (named.setAside !== undefined) tell(named.setAside.error)
    show(named.run)
    if (holders === 0) closeAfter(UNCLAIMED)
  }

  function show(shown: SharedRun<State, Event, Output, Input>): void {
    stopListening()
    run = shown
    const ready = new Promise<void>((resolve) => {
      kept = resolve
    })
    // Handlers of outputs are found by the type of the output.
    handledOnce.set(shown, leaseOutputs(shown as never, ready))
    stopListening = shown.onChange(notify)
    notify()
  }

  function closeAfter(milliseconds: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void closeUnlessHeld(), milliseconds)
  }

  async function closeUnlessHeld(): Promise<void> {
    await run?.flush().catch(() => undefined)
    if (holders > 0) return
    forget()
    run?.close()
  }

  async function keep(): Promise<void> {
    try {
      await beginNamed()
    } catch (thrown) {
      forgo()
      tell(thrown)
      await beginNamed()
    }
  }

  async function beginNamed(): Promise<void> {
    const beginning = named
    const shown = await beginning?.begin()
    if (shown === undefined || beginning !== named) return
    if (shown !== run) show(shown)
    kept()
  }

  /** The run continues with an edited machine, if that takes its history. */
  async function goOn(next: typeof machine, options: OpenNamedOptions<Input, Event>): Promise<void> {
    const before = run
    if (before === undefined) return
    await before.flush().catch(() => undefined)
    const edited = await openNamed(store, key, next, options)
    if (edited.setAside !== undefined) {
      edited.run.close()
      console.warn(
        `Until the page is reloaded, it keeps the run ${before.id} on ${before.machine.name}@${before.machine.version} as it was ` +
          'before the edit.',
      )
      return
    }
    named = edited
    show(edited.run)
    before.close()
    await beginNamed()
  }

  const opened: OpenRun<State, Event, Output, Input> = {
    opening: openIt(),
    get machine() {
      return machine
    },
    get run() {
      return run
    },
    errors,
    check() {
      if (failure === undefined) return
      // React renders again before it gives up, in the same task.
      setTimeout(forget)
      throw failure.thrown
    },
    hold() {
      holders += 1
      wasHeld = true
      clearTimeout(timer)
      return () => {
        holders -= 1
        // A refresh gives up its hold and takes it again in the same commit.
        if (holders === 0) closeAfter(0)
      }
    },
    begin() {
      if (begun) return
      begun = true
      keep().catch(tell)
    },
    retire() {
      // One that no component has used yet has one that waits for it.
      if (holders > 0 || !wasHeld) return undefined
      clearTimeout(timer)
      return closeUnlessHeld()
    },
    edit(edited, options) {
      machine = edited
      editing = editing.then(() => goOn(edited, options)).catch(tell)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  return opened
}
