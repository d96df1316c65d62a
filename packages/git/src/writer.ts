// The writer of a repository: what all recorders have to write goes into one pack and one round of refs, group after
// group. While one group is being written, the next is built.
//
//   collect ─► pack is stored ─► machine branches ─► run refs move ─► their directories are synced ─► told

import { asGitError, type GitError } from './git-error.ts'
import type { FormatName } from './object-id.ts'
import { PackBuilder } from './pack.ts'
import { type Release, storePack } from './pack-store.ts'
import { RefMismatch, type RefMove, type RefMover } from './ref-moves.ts'
import { syncRefs } from './ref-sync.ts'

/** Someone who has something to write. */
export interface Source {
  readonly ref: string
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
  /** Resolves when nothing is under way. */
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

/** The writer of a place. */
export function createWriter(place: WriterPlace): Writer {
  const queue = new Set<Source>()
  /** Branches of machines that are known to be on disk. */
  const synced = new Set<string>()
  let draining: Promise<void> | undefined

  async function drain(): Promise<void> {
    // What else comes in this tick joins the first group.
    await new Promise((resolve) => setImmediate(resolve))
    const groups: Promise<void>[] = []
    while (queue.size > 0) {
      const shares: Share[] = []
      const pack = await build(shares)
      if (pack !== undefined) {
        const before = groups.at(-1)
        groups.push(write(pack, shares, before))
        if (groups.length >= MOST_GROUPS) await groups.shift()
      }
      // A source that comes back while its last group is written finds it written.
      if (queue.size === 0) await Promise.all(groups.splice(0))
    }
    draining = undefined
  }

  async function build(shares: Share[]): Promise<PackBuilder | undefined> {
    const sources = [...queue]
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
      sound.map(async ({ source, taken }, at) => {
        const failure = failures[at]
        if (failure === undefined) source.written(taken)
        else if (failure instanceof RefMismatch) await source.overtaken(taken).catch((thrown) => fail(source, thrown))
        else fail(source, failure)
      }),
    )
  }

  async function sync(shares: readonly Share[]): Promise<void> {
    const machines = shares.map(({ taken }) => taken.machine.ref).filter((ref) => !synced.has(ref))
    await syncRefs(place.gitDirectory, [...shares.map(({ taken }) => taken.move.ref), ...machines])
    for (const ref of machines) synced.add(ref)
  }

  function fail(source: Source, thrown: unknown): void {
    source.failed(asGitError(thrown, `writing into ${place.packDirectory}`))
  }

  return {
    enqueue(source) {
      queue.add(source)
      draining ??= drain()
    },
    async idle() {
      while (draining !== undefined) await draining
    },
  }
}
