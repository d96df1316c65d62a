// The writer of a repository. What all sources have to write goes into one pack and one round of refs, group after
// group. While one group is being written, the next is built. The writer asks a source for its `next()` portion, and
// the source learns from a promise whether that portion was written.
//
//   next ─► store the pack ─► machine branches ─► move the run refs ─► sync their directories ─► the promise resolves

import { asGitError } from '../git-error.ts'
import { PackBuilder } from '../objects/pack.ts'
import type { MachineBranch } from '../refs/machine-branches.ts'
import type { MoveFailure, RefMove } from '../refs/ref-moves.ts'
import { syncRefs } from '../refs/ref-sync.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { type Release, storePack } from './pack-store.ts'

/** Has something to write. */
export interface Source {
  /** The ref that its portions move: a group has one portion for a ref. */
  readonly ref: string
  /**
   * Adds objects to a pack until `FULL_PACK` is reached.
   * @param written resolves once the portion was written, or with the reason why its ref did not move
   */
  next(pack: PackBuilder, written: Promise<MoveFailure>): Promise<NextPortion>
}

/** What a source added. */
export interface NextPortion {
  /** Undefined if it added nothing. */
  readonly portion: Portion | undefined
  /** Whether it has more, and is to be asked again. */
  readonly more: boolean
}

/** A part of a run that goes into one pack, and is written once its ref has moved. */
interface Portion {
  readonly move: RefMove
  /** The branch that must be there first; undefined if what is moved needs none. */
  readonly machine: MachineBranch | undefined
  /** Whether the source no longer wants it written; looked at before the ref moves. */
  readonly withdrawn: boolean
}

/** Writes what sources have. */
export interface Writer {
  /** Asks a source for its next portion, and again as long as it has more. */
  pull(source: Source): void
  /** Resolves when the groups that are being written at the call are written, or failed. */
  idle(): Promise<void>
}

/** A pack is full once it has this many bytes. */
export const FULL_PACK: number = 8 * 1024 * 1024
/** How many groups may be under way: one is built while the other is written. */
const MOST_GROUPS = 2

/** A portion, and what resolves its promise. */
interface Share {
  readonly portion: Portion
  readonly answer: (failure: MoveFailure) => void
}

/** The writer of a repository; `durable` syncs what it writes before it answers. */
export function createWriter(
  context: Pick<
    RepositoryContext,
    'format' | 'gitDirectory' | 'packDirectory' | 'mover' | 'ensureMachine' | 'packWritten'
  >,
  { durable }: { readonly durable: boolean },
): Writer {
  const { format, gitDirectory, packDirectory, mover, ensureMachine } = context
  const queue = new Set<Source>()
  /** The groups that are being written, in order; each resolves once it is through. */
  const groups = new Set<Promise<void>>()
  /** Branches of machines that are known to be on disk. */
  const synced = new Set<string>()
  let draining = false

  async function drain(): Promise<void> {
    // Whatever else arrives in this tick joins the first group.
    await nextTask()
    try {
      while (queue.size > 0) {
        const { pack, shares } = await build()
        if (shares.length > 0) begin(pack, shares)
        const [oldest] = groups
        if (groups.size >= MOST_GROUPS) await oldest
        // If a source returns while its last portion is being written, it finds it written.
        if (queue.size === 0) await Promise.all(groups)
      }
    } finally {
      draining = false
    }
  }

  async function build(): Promise<{ pack: PackBuilder; shares: Share[] }> {
    const sources = takeFromQueue()
    const pack = new PackBuilder(format)
    const shares = await Promise.all(sources.map((source) => pullFrom(source, pack)))
    return { pack, shares: shares.filter((share) => share !== undefined) }
  }

  /** Takes one source for each ref; the others wait for the next group. */
  function takeFromQueue(): Source[] {
    const byRef = new Map<string, Source>()
    for (const source of queue) {
      if (byRef.has(source.ref)) continue
      byRef.set(source.ref, source)
      queue.delete(source)
    }
    return [...byRef.values()]
  }

  async function pullFrom(source: Source, pack: PackBuilder): Promise<Share | undefined> {
    let answer: Share['answer'] | undefined
    const written = new Promise<MoveFailure>((resolve) => {
      answer = resolve
    })
    try {
      const { portion, more } = await source.next(pack, written)
      if (more) queue.add(source)
      return portion === undefined ? undefined : { portion, answer: answer as Share['answer'] }
    } catch (thrown) {
      // A faulty source must not stop the others.
      process.emitWarning(`the recorder of ${source.ref} failed: ${String(thrown)}; record the run again`)
      return undefined
    }
  }

  function begin(pack: PackBuilder, shares: readonly Share[]): void {
    const previous = [...groups].at(-1)
    const group = write(pack, shares, previous).finally(() => groups.delete(group))
    groups.add(group)
  }

  async function write(
    pack: PackBuilder,
    shares: readonly Share[],
    previous: Promise<void> | undefined,
  ): Promise<void> {
    let release: Release | undefined
    try {
      const stored = storePack(packDirectory, pack.finish(), { durable })
      // The ref of an earlier portion must have moved first.
      await Promise.allSettled([stored, previous])
      release = await stored
      await moveRefs(shares.filter(({ portion }) => !portion.withdrawn))
      context.packWritten()
    } catch (thrown) {
      const error = asGitError(thrown, `writing into ${packDirectory}`)
      for (const { answer } of shares) answer(error)
    } finally {
      // Those who wait learn first. What is left is tidying up.
      await nextTask()
      await release?.()
    }
  }

  async function moveRefs(shares: readonly Share[]): Promise<void> {
    const ensured = await Promise.allSettled(
      shares.map(async ({ portion: { machine } }) => {
        if (machine !== undefined) await ensureMachine(machine, mover)
      }),
    )
    // A wrong machine branch fails the runs of that machine, and no others.
    const sound = shares.filter(({ portion, answer }, at) => {
      const { status, reason } = ensured[at] as { status: string; reason?: unknown }
      if (status === 'rejected') answer(asGitError(reason, `making the branch ${portion.machine?.ref}`))
      return status === 'fulfilled'
    })
    const failures = await mover.move(sound.map(({ portion }) => portion.move))
    if (durable) await sync(sound)
    for (const [at, { answer }] of sound.entries()) answer(failures[at])
  }

  async function sync(shares: readonly Share[]): Promise<void> {
    const machines = shares
      .flatMap(({ portion: { machine } }) => (machine === undefined ? [] : [machine.ref]))
      .filter((ref) => !synced.has(ref))
    const moved = shares.flatMap(({ portion: { move } }) => [
      move.ref,
      ...(move.receipt === undefined ? [] : [move.receipt.ref]),
    ])
    await syncRefs(gitDirectory, [...moved, ...machines])
    for (const ref of machines) synced.add(ref)
  }

  return {
    pull(source) {
      queue.add(source)
      if (draining) return
      draining = true
      void drain()
    },
    async idle() {
      await Promise.all(groups)
    },
  }
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
