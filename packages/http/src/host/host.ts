// A server's runs: each is opened once, recorded in a store, and its outputs are handled. Longer than other files, because it
// says what a host is, and which options it takes.

import type { AnyMachine, Machine, ObjectFormat, RunEvent } from '@xmachines/core'
import type { RunStore, StoredRecord } from '@xmachines/core/store'
import type { RunPage } from '../wire/run-entry.ts'
import type { WireSnapshot } from '../wire/snapshot.ts'
import { guardedStore } from './guarded-store.ts'
import { HostError } from './host-error.ts'
import { type HostedMachine, hostedOf } from './hosted-machine.ts'
import type { AnySharedRun, LiveRun } from './live-run.ts'
import { liveRuns } from './live-runs.ts'
import { createKept, keepDocument, type NewRun, type TakenRun } from './new-runs.ts'
import { outputHandling } from './output-handling.ts'
import type { RunList } from './run-list.ts'
import { runLists } from './run-lists.ts'
import type { RunQuery } from './run-pages.ts'
import { type Mapping, successions } from './succession.ts'
import { batchWriter, type WriteOptions, type Written } from './write-batch.ts'

/** How a host keeps runs. */
export interface HostOptions {
  /** Milliseconds after which a run that nobody uses is closed: 60,000 unless given. */
  readonly idleMs?: number
  /** How many runs are open at a time: 10,000 unless given. */
  readonly maxOpen?: number
  /** How many closed runs are remembered by their state, so that opening one again costs what is new: 1,000 unless given. */
  readonly maxRemembered?: number
  /** How many batches of one run may wait for the store before others are refused with 503: 1,024 unless given. */
  readonly maxUnrecorded?: number
  /** Milliseconds that `close` waits for what is under way: 10,000 unless given. */
  readonly drainMs?: number
  /** Names this server in leases. Random unless given. */
  readonly owner?: string
  /** Milliseconds after which another server handles the outputs of one that is gone: 10,000 unless given. */
  readonly ttl?: number
  /** Milliseconds between two looks for outputs that a server left behind: 10,000 unless given. */
  readonly resumeMs?: number
  /** While a list of runs is followed: milliseconds between two looks for what other servers did: 1,000 unless given. */
  readonly listMs?: number
  /** How many runs a list that is followed may have: 10,000 unless given. */
  readonly maxListed?: number
  /** The object format of new runs, or a faster hash of SHA-1. */
  readonly format?: ObjectFormat
  /** As with `createRun`. */
  readonly checkDeterminism?: boolean
  /** Learns of what nobody asked for: a handler that threw, a store that failed. It is printed unless this is given. */
  readonly onError?: (error: unknown, context: { readonly run: string | undefined }) => void
}

/** A run that is held open. */
export interface HeldRun {
  readonly id: string
  readonly machine: AnyMachine
  /** What is recorded. */
  readonly latest: WireSnapshot
  /** The id of the run that has taken its place, once that is known here. */
  readonly successor: string | undefined
  /** Calls a listener after each change of what is recorded, and when the host closes. */
  follow(listener: () => void): () => void
  /** The record with a sequence and those after it, at most so many. */
  records(from: number, most: number): Promise<readonly StoredRecord[]>
  /** Resolves once what other servers have appended until now is known here. */
  catchUp(): Promise<void>
  /** Applies a batch, and resolves once it is in the store. */
  write(events: readonly unknown[], options?: WriteOptions): Promise<Written>
  /** Ends the use of the run. */
  release(): void
}

/** The runs of a server. `openHost` makes one. */
export interface Host {
  readonly machines: readonly AnyMachine[]
  /** How many runs are open. */
  readonly open: number
  /** Aborts when the host begins to close. */
  readonly closing: AbortSignal
  /**
   * Creates a run and keeps it.
   * @throws {RunError} if the machine refuses the input
   */
  create(machine: AnyMachine, options?: NewRun): Promise<TakenRun>
  /**
   * Keeps the run of a document: what `run.toJSON()` gives.
   * @throws {RunError} if it is not a history of one of the machines
   */
  take(document: unknown): Promise<TakenRun>
  /**
   * Opens a run, or uses it if it is open already. It stays open until `release` is called.
   * @throws {HostError} `NOT_FOUND`, `BUSY`, `UNAVAILABLE`, or `SUCCEEDED` if another run has taken its place
   */
  hold(id: string): Promise<HeldRun>
  /**
   * A page of the runs of a machine. What is shown of a state is what `summary` of `hosted` gives.
   * @throws {HostError} `NOT_FOUND` if no such machine is served, or `UNAVAILABLE`
   */
  list(query: RunQuery): Promise<RunPage>
  /**
   * Follows the runs of all versions of a machine, until `release` is called.
   * @throws {HostError} `NOT_FOUND` if no such machine is served, `BUSY` if it has too many runs, or `UNAVAILABLE`
   */
  followList(machine: string): Promise<RunList>
  /**
   * Gives a run of an old version a successor of another machine, or of another version. From then on nothing can be written into the
   * old run, here or at any other server, and its id leads to the successor. Doing it again gives the same successor.
   *
   * @param id the old run
   * @param machine the machine of the successor, which is served here
   * @param mapping gives the input of the successor from the snapshot of the old run; or `{ rename, onUnhandled }` to replay its
   *   events, as `replayRun` does
   * @returns the successor, and whether it is new
   * @throws {HostError} `NOT_FOUND`; `BUSY` if the old run has outputs that have not settled, or keeps moving; or `UNAVAILABLE`
   * @throws {RunError} if the new machine refuses the input or the events
   * @throws {RangeError} if the machine is not served here, or is that of the run, or the run is done
   * @throws {TypeError} if the store cannot seal runs
   */
  succeed<State, Event extends RunEvent, Output, Input, Old = unknown>(
    id: string,
    machine: Machine<State, Event, Output, Input>,
    mapping: Mapping<Old, Event, NoInfer<Input>>,
  ): Promise<TakenRun>
  /** Takes no more writes, waits until what was written is kept, gives leases back, and closes all runs. */
  close(): Promise<void>
}

const DEFAULTS = {
  idleMs: 60_000,
  maxOpen: 10_000,
  maxRemembered: 1000,
  maxUnrecorded: 1024,
  drainMs: 10_000,
  ttl: 10_000,
  resumeMs: 10_000,
  listMs: 1000,
  maxListed: 10_000,
}

/**
 * Opens a host: it keeps the runs of some machines in a store. Nothing is read before it is needed, but for outputs that have not
 * settled: they are found and handled.
 *
 * @param given the store that the runs are in
 * @param machines the machines whose runs it serves, each plain or `hosted`, in several versions if need be
 * @param options limits, and how outputs are handled
 * @returns the host
 * @throws {TypeError} if one of them is not a machine
 * @throws {RangeError} if two machines have one name and version, or a limit is not a number from 0
 *
 * @example
 * ```ts
 * import { defineMachine } from '@xmachines/core'
 * import { memoryStore } from '@xmachines/core/store'
 * import { openHost } from '@xmachines/http/server'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 * const host = openHost(memoryStore(), [counter])
 * const { snapshot } = await host.create(counter)
 * const run = await host.hold(snapshot.run)
 * const written = await run.write([{ type: 'INC' }])
 * console.log(written.snapshot.state) // 1
 * run.release()
 * await host.close()
 * ```
 */
export function openHost(
  given: RunStore,
  machines: readonly (AnyMachine | HostedMachine)[],
  options: HostOptions = {},
): Host {
  const store = guardedStore(given)
  const numbers = numbersOf(options)
  const { idleMs, maxOpen, maxRemembered, maxUnrecorded, drainMs, ttl, resumeMs, listMs, maxListed } = numbers
  const { format, checkDeterminism, owner, onError = print } = options
  const served = machines.map(hostedOf)
  const plain = served.map(({ machine }) => machine)
  checkNames(plain)
  const closing = new AbortController()
  /** Writes under way. */
  const writing = new Set<Promise<unknown>>()
  const holding = new WeakMap<LiveRun, Omit<HeldRun, 'release'>>()
  const write = batchWriter(maxUnrecorded)

  const outputs = outputHandling({
    store,
    machines: served,
    owner,
    ttl,
    resumeMs,
    onError: report,
    hold: (id) => runs.hold(id),
  })
  const opening = {
    ...(format !== undefined && { format }),
    ...(checkDeterminism !== undefined && { checkDeterminism }),
  }
  const runs = liveRuns(
    { store, machines: served, format: opening, onChange: changed },
    { maxOpen, maxRemembered, idleMs },
    outputs.isHandling,
  )
  const lists = runLists({
    store,
    machines: served,
    format: opening,
    listMs,
    maxListed,
    onError: report,
    live: runs.find,
  })

  const succeed = successions({
    store,
    machines: served,
    format,
    owner,
    ttl,
    hold: (id) => runs.hold(id),
    onMade: handleInitial,
    onSealed: (machine, id) => lists.dropped(machine, id),
  })

  function report(error: unknown, run: string): void {
    onError(error, { run: run === '' ? undefined : run })
  }

  function changed(live: LiveRun, run: AnySharedRun): void {
    outputs.changed(live, run)
    lists.changed(run.machine, () => live.latest)
  }

  function checkOpen(): void {
    if (!closing.signal.aborted) return
    throw new HostError('UNAVAILABLE', 'this server is closing; try again at another, or later', { retryAfter: 1 })
  }

  /** Counts what must be finished before the host is closed. */
  async function track<Result>(act: () => Promise<Result>): Promise<Result> {
    checkOpen()
    const acting = act()
    writing.add(acting)
    try {
      return await acting
    } finally {
      writing.delete(acting)
    }
  }

  async function handleInitial({ snapshot, isNew }: TakenRun, machine: AnyMachine): Promise<void> {
    lists.changed(machine, () => snapshot)
    const handled = served.find((one) => one.machine === machine)?.outputs
    if (!isNew || snapshot.position === 0 || handled === undefined) return
    // The run is kept. If its outputs are not handled now, they are found later.
    await outputs.unsettled(snapshot.run, 0).catch((error: unknown) => onError(error, { run: snapshot.run }))
  }

  /** What all who hold a run share. */
  function shared(live: LiveRun): Omit<HeldRun, 'release'> {
    return {
      id: live.id,
      get machine() {
        // The run is open, and its machine is one of those that are served.
        return live.opened?.machine as unknown as AnyMachine
      },
      get latest() {
        return live.latest
      },
      get successor() {
        return live.successor
      },
      follow: live.follow,
      records: live.records,
      async catchUp() {
        await (await live.open()).catchUp()
      },
      write: (events, options = {}) => track(() => write(live, events, options)),
    }
  }

  /** A thousand may hold one run, so each has no more than its own `release`. */
  function held(live: LiveRun, release: () => void): HeldRun {
    let base = holding.get(live)
    if (base === undefined) {
      base = shared(live)
      holding.set(live, base)
    }
    // The rest of the members are those of the object beneath.
    return Object.create(base, { release: { value: release } }) as HeldRun
  }

  return {
    machines: plain,
    get open() {
      return runs.size
    },
    closing: closing.signal,
    create: (machine, options = {}) =>
      track(async () => {
        const taken = await createKept(store, machine, options, format)
        await handleInitial(taken, machine)
        return taken
      }),
    take: (document) => track(() => keepDocument(store, plain, document, format)),
    async hold(id) {
      checkOpen()
      const { live, release } = await runs.hold(id)
      return held(live, release)
    },
    succeed: (id, machine, mapping) => track(() => succeed(id, machine, mapping)),
    async list(query) {
      checkOpen()
      return await lists.page(query)
    },
    async followList(machine) {
      checkOpen()
      return await lists.follow(machine)
    },
    async close() {
      if (closing.signal.aborted) return
      closing.abort()
      for (const live of runs.all()) live.notify()
      lists.close()
      const drained = Promise.allSettled([...writing, outputs.stop()])
      let timer: ReturnType<typeof setTimeout> | undefined
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, drainMs)
      })
      await Promise.race([drained, late])
      clearTimeout(timer)
      runs.close()
    },
  }
}

/** @throws {RangeError} if a limit is not a number from 0 */
function numbersOf(options: HostOptions): typeof DEFAULTS {
  const numbers = { ...DEFAULTS, ...options }
  for (const name of Object.keys(DEFAULTS)) {
    const value = numbers[name as keyof typeof DEFAULTS]
    if (!(value >= 0)) throw new RangeError(`${name} is ${String(value)}; give a number from 0`)
  }
  return numbers
}

function checkNames(machines: readonly AnyMachine[]): void {
  const labels = machines.map(({ name, version }) => `${name}@${version}`)
  const twice = labels.find((label, at) => labels.indexOf(label) !== at)
  if (twice !== undefined) throw new RangeError(`${twice} is given twice; give each version of a machine once`)
}

function print(error: unknown, { run }: { readonly run: string | undefined }): void {
  console.error(run === undefined ? 'a host of runs:' : `the run ${run}:`, error)
}
