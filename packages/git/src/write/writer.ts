// The writer of a repository: what all recorders have to write goes into one pack and one round of refs, group after
// group. While one group is being written, the next is built.
//
//   collect ─► pack is stored ─► machine branches ─► run refs move ─► their directories are synced ─► told

import { asGitError, type GitError } from '../git-error.ts'
import type { FormatName } from '../objects/object-id.ts'
import { PackBuilder } from '../objects/pack.ts'
import { RefMismatch, type RefMove, type RefMover } from '../refs/ref-moves.ts'
import { syncRefs } from '../refs/ref-sync.ts'
import { type Release, storePack } from './pack-store.ts'

/** Someone who has something to write. */
export interface Source {
  readonly ref: string
  /** The sequence up to which it is to be written, and that up to which it is. */
  readonly sequence: number
  readonly recorded: number
  /** Learns where its ref stands. */
  prepare(): Promise<void>
  /** Puts what it has into a pack, up to a limit; synchronous. Undefined where there is nothing. */
  collect(pack: PackBuilder): Taken | undefined
  /** Why nothing more is to be written of it, if so. */
  readonly failure: GitError | undefined
  written(taken: Taken): void
  /** Its ref stood elsewhere than where it was to be moved from. */
  overtaken(taken: Taken): Promise<void>
  failed(error: GitError): void
}

/** What was taken of a source. */
export interface Taken {
  readonly sequence: number
  readonly move: RefMove
  readonly machine: { readonly ref: string; readonly oid: string }
}

/** Where a writer writes. */
export interface WriterPlace {
  readonly format: FormatName
  readonly gitDirectory: string
  readonly packDirectory: string
  readonly durable: boolean
  readonly mover: RefMover
  /** Sees to it that the branch of a machine is there. */
  ensureMachine(machine: Taken['machine'], mover: RefMover): Promise<void>
  /** Told after each pack. */
  onPack(): void
}

/** Writes what sources have. */
export interface Writer {
  /** Has a source asked for what it has. */
  enqueue(source: Source): void
  /** Resolves when all that sources have at the call is written, or failed. */
  idle(): Promise<void>
}

/** A pack takes what sources have until it has so many bytes. */
export const FULL_PACK: number = 8 * 1024 * 1024
/** How many groups are under way at once: one is built while the other is written. */
const MOST_GROUPS = 2

interface Share {
  readonly source: Source
  readonly taken: Taken
}

/** What was taken of several, and when it is written. */
interface Group {
  readonly shares: readonly Share[]
  readonly written: Promise<void>
}

/** The writer of a place. */
export function createWriter(place: WriterPlace): Writer {
  const queue = new Set<Source>()
  /** Those that are asked for what they have, and the groups that are being written, in order. */
  let asked: readonly Source[] = []
  const groups = new Set<Group>()
  /** Branches of machines that are known to be on disk. */
  const synced = new Set<string>()
  /** What is done until the queue is empty, and the part of it that is under way. */
  let draining: Promise<void> | undefined
  let round: Promise<void> | undefined

  async function drain(): Promise<void> {
    try {
      // What else comes in this tick joins the first group.
      round = new Promise((resolve) => setImmediate(resolve))
      await round
      while (queue.size > 0) {
        round = writeNext()
        await round
      }
    } finally {
      draining = undefined
    }
  }

  async function writeNext(): Promise<void> {
    const shares: Share[] = []
    const pack = await build(shares)
    if (pack !== undefined) {
      const before = [...groups].at(-1)?.written
      const written = write(pack, shares, before).finally(() => groups.delete(group))
      const group: Group = { shares, written }
      groups.add(group)
    }
    asked = []
    const [oldest] = groups
    if (groups.size >= MOST_GROUPS) await oldest?.written
    // A source that comes back while its last group is written finds it written.
    if (queue.size === 0) await allWritten()
  }

  async function allWritten(): Promise<void> {
    await Promise.all([...groups].map(({ written }) => written))
  }

  async function build(shares: Share[]): Promise<PackBuilder | undefined> {
    const sources = [...queue]
    asked = sources
    queue.clear()
    await Promise.all(sources.map((source) => source.prepare().catch((thrown) => fail(source, thrown))))
    const pack = new PackBuilder(place.format)
    for (const source of sources) {
      const twice = shares.some(({ source: { ref } }) => ref === source.ref)
      if (pack.size > FULL_PACK || twice) {
        queue.add(source)
        continue
      }
      try {
        const taken = source.failure === undefined ? source.collect(pack) : undefined
        if (taken !== undefined) shares.push({ source, taken })
      } catch (thrown) {
        fail(source, thrown)
      }
    }
    return shares.length === 0 ? undefined : pack
  }

  async function write(pack: PackBuilder, shares: readonly Share[], before: Promise<void> | undefined): Promise<void> {
    let release: Release | undefined
    try {
      const stored = storePack(place.packDirectory, pack.finish(), place.durable)
      // What a source took before must have moved its ref before.
      await Promise.allSettled([stored, before])
      release = await stored
      await moveRefs(shares.filter(({ source }) => source.failure === undefined))
      place.onPack()
    } catch (thrown) {
      for (const { source } of shares) fail(source, thrown)
    } finally {
      await release?.()
    }
  }

  async function moveRefs(shares: readonly Share[]): Promise<void> {
    const ensured = await Promise.allSettled(shares.map(({ taken }) => place.ensureMachine(taken.machine, place.mover)))
    // A machine whose branch is not right is the trouble of its runs alone.
    const sound = shares.filter(({ source }, at) => {
      const { status, reason } = ensured[at] as { status: string; reason?: unknown }
      if (status === 'rejected') fail(source, reason)
      return status === 'fulfilled'
    })
    const failures = await place.mover.move(sound.map(({ taken }) => taken.move))
    if (place.durable) await sync(sound)
    await Promise.all(
      sound.map(({ source, taken }, at) => tell(source, taken, failures[at]).catch((thrown) => fail(source, thrown))),
    )
  }

  async function tell(source: Source, taken: Taken, failure: RefMismatch | GitError | undefined): Promise<void> {
    if (failure === undefined) source.written(taken)
    else if (failure instanceof RefMismatch) await source.overtaken(taken)
    else throw failure
  }

  async function sync(shares: readonly Share[]): Promise<void> {
    const machines = shares.map(({ taken }) => taken.machine.ref).filter((ref) => !synced.has(ref))
    await syncRefs(place.gitDirectory, [...shares.map(({ taken }) => taken.move.ref), ...machines])
    for (const ref of machines) synced.add(ref)
  }

  function fail(source: Source, thrown: unknown): void {
    const error = asGitError(thrown, `writing into ${place.packDirectory}`)
    try {
      source.failed(error)
    } catch (beyond) {
      // It must not stop the others.
      process.emitWarning(
        `the recorder of ${source.ref} failed: ${String(beyond)}, when it was told of: ${error.message}`,
      )
    }
  }

  return {
    enqueue(source) {
      queue.add(source)
      draining ??= drain()
    },
    async idle() {
      const sources = [...queue, ...asked, ...[...groups].flatMap(({ shares }) => shares.map(({ source }) => source))]
      const due = sources.map((source) => ({ source, sequence: source.sequence }))
      // A run that goes on has more to write each time: that is not waited for.
      const isDue = ({ source, sequence }: (typeof due)[number]): boolean =>
        source.failure === undefined && source.recorded < sequence
      while (draining !== undefined && due.some(isDue)) await round
      await allWritten()
    },
  }
}
