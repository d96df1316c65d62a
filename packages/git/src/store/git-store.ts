// The repository as a store of runs. What recorders write and what the store writes is the same: either reads the other's.

import {
  checkTrimmed,
  followRecords,
  type Head,
  isAnswer,
  leaseKeeper,
  missing,
  positionOfAnswer,
  type Receipt,
  type RunStore,
  streamOf,
} from '@xmachines/core/store'
import type { StoredReceipt } from '../objects/receipt-commit.ts'
import { leaseRef, machineRef, receiptRef, runRef } from '../refs/ref-names.ts'
import { refWatch } from '../refs/watch-refs.ts'
import type { RepositoryContext } from '../repository-context.ts'
import type { Writer } from '../write/writer.ts'
import { appender } from './append.ts'
import { leaseCells } from './leases.ts'
import { listStored } from './list-stored.ts'
import { readStored } from './read-stored.ts'
import { receiptBooks } from './receipt-books.ts'
import { runNames } from './run-names.ts'
import { sealer } from './seal.ts'
import { storing, storingEach } from './store-failure.ts'
import { endOf, findStored, receiptsOf } from './stored-run.ts'

/** The longest that a timer can wait, in milliseconds. With more, it would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/** What a store works with. */
export interface GitStoreParts {
  readonly context: RepositoryContext
  /** Writes, and syncs what it writes. */
  readonly writer: Writer
  /** Syncs refs that somebody else moved, and the packs that hold what they point to. */
  syncForeign(refs: readonly string[]): Promise<void>
  /** Refuses what changes a repository that can only be read. */
  checkWritable(what: string): void
}

/** The store of a repository. */
export function gitStore(parts: GitStoreParts): RunStore {
  const { context, syncForeign, checkWritable } = parts
  const { directory } = context
  const books = receiptBooks(context)
  const refs = refWatch(context.gitDirectory)
  const seal = sealer(parts, refs.moved)
  const append = appender(parts, { books, onAppended: refs.moved })
  const cells = leaseCells(parts)
  const leases = leaseKeeper({
    read: storing(`reading a lease in ${directory}`, cells.read),
    swap: storing(`writing a lease in ${directory}`, cells.swap),
  })
  const names = runNames(parts)

  async function receipt(id: string, key: string, since: number): Promise<Receipt | undefined> {
    const run = await findStored(context, id)
    if (run === undefined) return undefined
    const { latest } = await receiptsOf(context, run)
    const book = latest && (await books.read(id, latest))
    const found = isAnswer(id, key) ? book?.answers.get(key) : (book?.keys.get(key) ?? book?.writers.get(key))
    if (found !== undefined) {
      // Whoever asks takes it for recorded. The one who appended may have been killed before it synced.
      const { name } = run.machine
      await syncForeign([receiptRef(name, id), runRef(name, id), machineRef(run.machine)])
      return found
    }
    if (!isAnswer(id, key)) {
      // What came from elsewhere after the latest append may have been appended there under any key.
      const isComplete = book !== undefined && latest !== undefined && latest.sequence >= run.sequence
      checkTrimmed({ id, key, since }, { completeAfter: isComplete ? book.completeAfter : run.sequence, settled: 0 })
      return undefined
    }
    // An output that was handled elsewhere has its answer in what came from there, at the latest.
    if (latest !== undefined && hasPassed(id, latest, positionOfAnswer(id, key))) {
      return { sequence: run.sequence, oid: run.head }
    }
    const { settled } = await cells.read(id)
    // If the outputs of what came from elsewhere were not counted, this says nothing of those that came after it.
    checkTrimmed({ id, key, since }, { completeAfter: run.sequence, settled: Number.isFinite(settled) ? settled : 0 })
    return undefined
  }

  function hasPassed(id: string, { stored }: StoredReceipt, position: number): boolean {
    const kept = stored?.passed?.some(({ from, to }) => from <= position && position < to)
    return kept === true || cells.hasPassed(id, position)
  }

  /** Resolves once a ref may have moved, or the signal aborts. */
  function untilMoved(ref: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        stop()
        signal.removeEventListener('abort', end)
        resolve()
      }
      const stop = refs.watch(ref, end)
      signal.addEventListener('abort', end)
      if (signal.aborted) end()
    })
  }

  /** Resolves once a run has a record of a sequence. */
  async function wait(id: string, sequence: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const over = new AbortController()
      const stop = AbortSignal.any([signal, over.signal])
      try {
        const run = await findStored(context, id)
        if (run === undefined) throw missing(id)
        const ref = runRef(run.machine.name, id)
        // Watched first, read then: what moves in between is seen.
        const news = untilMoved(ref, stop)
        const now = await findStored(context, id)
        if (now === undefined || now.sequence >= sequence) return
        if (await isSealed(id)) return
        await news
      } finally {
        over.abort()
      }
    }
  }

  async function endIn(id: string): Promise<Head | undefined> {
    const run = await findStored(context, id)
    return run && endOf(run, await receiptsOf(context, run))
  }

  const isSealed = async (id: string): Promise<boolean> => (await endIn(id))?.successor !== undefined

  async function untilFree(id: string, signal: AbortSignal): Promise<void> {
    const run = await findStored(context, id)
    if (run === undefined) return
    const ref = leaseRef(run.machine.name, id)
    while (!signal.aborted) {
      const over = new AbortController()
      let timer: ReturnType<typeof setTimeout> | undefined
      try {
        // Watched first, read then: what moves in between is seen.
        const moved = untilMoved(ref, AbortSignal.any([signal, over.signal]))
        const left = await leases.remaining(id)
        if (left === 0) return
        timer = setTimeout(() => over.abort(), Math.min(left, LONGEST_TIMER))
        await moved
      } finally {
        clearTimeout(timer)
        over.abort()
      }
    }
  }

  const reading = `reading a run of ${directory}`
  const store: RunStore = {
    head: storing(reading, endIn),
    append: storing(`appending to a run of ${directory}`, async (...given) => {
      checkWritable('append to a run')
      await append(...given)
    }),
    receipt: storing(reading, receipt),
    read: (id, range) => streamOf(storingEach(reading, readStored(context, id, range))),
    follow: (id, options) =>
      followRecords(
        { read: store.read, wait: storing(reading, wait), isSealed: storing(reading, isSealed) },
        id,
        options,
      ),
    list: (options = {}) => streamOf(storingEach(`listing the runs of ${directory}`, listStored(context, options))),
    lease: storing(`taking a lease in ${directory}`, async (id, options) => {
      checkWritable('take a lease')
      return await leases.take(id, options)
    }),
    untilFree: storing(reading, untilFree),
    name: storing(`reading a name in ${directory}`, names.name),
    rename: storing(`writing a name in ${directory}`, async (...given) => {
      checkWritable('name a run')
      return await names.rename(...given)
    }),
    seal: storing(`sealing a run of ${directory}`, async (...given) => {
      checkWritable('seal a run')
      await seal(...given)
    }),
  }
  return store
}
