// Appends slices: each is one portion for the writer, with a receipt that has the token of the caller.

import { checkSlice, type Head, isGenesis, moved, type RunStore, type Slice, StoreError } from '@xmachines/core/store'
import { isMachineName } from '../machines.ts'
import { decodeCommit } from '../objects/commit.ts'
import { decodeGenesisMessage } from '../objects/genesis-commit.ts'
import { encodeKept } from '../objects/kept-receipts.ts'
import { isOid } from '../objects/object-id.ts'
import { readNeeded } from '../objects/object-reader.ts'
import type { ReadObject } from '../objects/object-stream.ts'
import type { PackBuilder } from '../objects/pack.ts'
import { emptyTree, encodeReceipt, type KeyedBatch, nextCount } from '../objects/receipt-commit.ts'
import { pause } from '../process/pause.ts'
import type { FoundRun } from '../read/find-run.ts'
import type { FoundReceipts } from '../record/receipt-chain.ts'
import { outputsSoFar, type SettledDetails, settledBefore } from '../record/settled-outputs.ts'
import { type MoveFailure, RefMismatch, type RefMove } from '../refs/ref-moves.ts'
import { machineRef, receiptRef, runRef } from '../refs/ref-names.ts'
import { writePortion } from '../write/write-portion.ts'
import type { GitStoreParts } from './git-store.ts'
import { keptOf, type ReceiptBooks } from './receipt-books.ts'
import { keepsMoving, lostAnswer } from './store-failure.ts'
import { endOf, findStored, receiptsOf } from './stored-run.ts'

/** How often to try again while others move the ref of the receipts, and not that of the run. */
const MOST_ROUNDS = 8
/** Of how many runs is remembered what this store has written last. */
const MOST_RUNS = 4096

/** The run that a slice is for. */
interface Target {
  /** Where it is now; undefined if it is new. */
  readonly current: FoundRun | undefined
  readonly name: string
  readonly version: string
  readonly createdAt: number
  /** The oid of the machine's commit. */
  readonly machine: string
}

/**
 * Appends slices to the runs of a repository.
 * @param onAppended called with the ref of a run that has more
 */
export function appender(
  { context, writer, syncForeign }: GitStoreParts,
  { books, onAppended }: { readonly books: ReceiptBooks; readonly onAppended: (ref: string) => void },
): RunStore['append'] {
  const { directory, format } = context
  /** The head of each run that this store has written last: it is on disk. */
  const written = new Map<string, string>()

  async function target(id: string, slice: Slice): Promise<Target | undefined> {
    const [record] = slice.records
    const [commit] = slice.commits
    if (record !== undefined && commit !== undefined && isGenesis(record) && isOid(id, format)) {
      const object = objectOf(id, commit)
      const said = decodeGenesisMessage(object)
      const genesis = decodeCommit(object)
      if (said === undefined || genesis?.parent === undefined || !isMachineName(said.name, said.version)) {
        throw corruptSlice(id, 'its first commit is not the genesis of a run')
      }
      const { name, version } = said
      // A new run is looked for by its ref: that its genesis is missing proves nothing.
      const isThere = (await context.read(runRef(name, id))) !== undefined
      const current = isThere ? await findStored(context, id) : undefined
      return { current, name, version, createdAt: genesis.createdAt, machine: genesis.parent }
    }
    const current = await findStored(context, id)
    if (current === undefined) return undefined
    const genesis = decodeCommit(await readNeeded(context, id, { run: id, sequence: 0 }))
    if (genesis?.parent === undefined) throw corruptSlice(id, 'its genesis has no machine')
    const { machine, createdAt } = current
    return { current, ...machine, createdAt, machine: genesis.parent }
  }

  return async (id, expected, slice, { writer: token, keys = new Map<string, number>() }) => {
    if (!/^[0-9a-f]{32}$/.test(token)) throw new TypeError('writer must be a token of 32 lower-case hex digits')
    if (slice.format.name !== format) {
      throw corruptSlice(id, `its oids are ${slice.format.name}, and ${directory} is a ${format} repository`)
    }
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const run = await target(id, slice)
      const receipts = run?.current && (await receiptsOf(context, run.current))
      const head = checkSlice(id, receipts && run?.current && endOf(run.current, receipts), expected, slice)
      // `checkSlice` accepts what begins a run only with a genesis.
      if (run === undefined) throw moved(id, expected, undefined)
      const failure = await append(run, { id, expected, head, slice, token, keys, receipts })
      if (failure === undefined) {
        onAppended(runRef(run.name, id))
        return
      }
      if (!(failure instanceof RefMismatch)) throw failure
      if (failure.unanswered) throw lostAnswer(id, directory)
      await pause(round)
    }
    throw keepsMoving(`the receipts of the run ${id}`, directory)
  }

  async function append(run: Target, plan: Plan): Promise<MoveFailure> {
    const { id, expected, head } = plan
    const ref = runRef(run.name, id)
    const { receipt, addReceipt } = await planReceipt(run, plan)
    const machine = { ref: machineRef(run), oid: run.machine }
    const failure = await writePortion(writer, {
      move: { ref, from: expected, to: head.head, receipt },
      machine,
      fill(pack) {
        addCommits(pack, plan)
        addReceipt(pack)
      },
    })
    if (failure !== undefined) return failure
    // What is acknowledged must be on disk with all that it continues, whoever wrote that.
    if (expected !== undefined && written.get(id) !== expected) await syncForeign([receipt.ref, ref, machine.ref])
    written.delete(id)
    written.set(id, head.head)
    if (written.size > MOST_RUNS) written.delete(written.keys().next().value as string)
    return undefined
  }

  async function planReceipt(
    run: Target,
    { id, head, slice, token, keys, receipts }: Plan,
  ): Promise<{ readonly receipt: Omit<RefMove, 'receipt'>; addReceipt(pack: PackBuilder): void }> {
    const ref = receiptRef(run.name, id)
    const { current } = run
    // Receipts of a run that is not there belong to one that was deleted, or to an append that was not made.
    const { tip, latest } = receipts ?? {
      tip: { at: (await context.read(ref))?.oid, previous: undefined, count: 0 },
      latest: undefined,
    }
    const after = head.sequence - slice.records.length
    const keyed = Array.from(keys, ([key, sequence]): KeyedBatch => {
      const oid = slice.records[sequence - after - 1]?.oid
      if (oid === undefined) throw corruptSlice(id, `it has no batch ${sequence}, which a key names`)
      return { key, sequence, oid }
    })
    const count = nextCount(tip.count)
    const taken =
      count === 1 && latest !== undefined
        ? keptOf(id, await books.read(id, latest), (await outputsSoFar(context, current as FoundRun, latest)).settled)
        : undefined
    const kept = taken && encodeKept(format, taken)
    const had = taken === undefined ? (latest?.stored?.count ?? 0) : taken.keys.length
    const { settled, uncounted, passed }: SettledDetails =
      current === undefined
        ? { settled: slice.settled ?? 0 }
        : await settledBefore(context, current, { latest, start: slice.start })
    const stored = { position: slice.position, settled, uncounted, passed, count: had + keyed.length, keys: keyed }
    const tree = kept?.[1] ?? emptyTree(format)
    const { oid, bytes } = encodeReceipt(
      { format, machine: run, createdAt: run.createdAt },
      { after, sequence: head.sequence, head: head.head, token, previous: tip.previous, count, stored },
      tree.oid,
    )
    return {
      receipt: { ref, from: tip.at, to: oid },
      addReceipt(pack) {
        if (count === 1) for (const object of [...(kept ?? []), tree]) pack.addShared(object.oid, object.bytes)
        pack.addShared(oid, bytes)
      },
    }
  }
}

/** An append that is to be made. */
interface Plan {
  readonly id: string
  readonly expected: string | undefined
  /** Where the run ends after it. */
  readonly head: Head
  readonly slice: Slice
  readonly token: string
  readonly keys: ReadonlyMap<string, number>
  /** Those of the run, if it is not new. */
  readonly receipts: FoundReceipts | undefined
}

function addCommits(pack: PackBuilder, { slice: { records, commits, objects = [] } }: Plan): void {
  for (const { oid, bytes } of objects) pack.addShared(oid, bytes)
  for (const [at, { oid }] of records.entries()) pack.addShared(oid, commits[at] as Uint8Array)
}

/** A commit of a slice, as if it had been read. */
function objectOf(oid: string, bytes: Uint8Array): ReadObject {
  return { oid, type: 'commit', content: Buffer.from(bytes.subarray(bytes.indexOf(0) + 1)) }
}

function corruptSlice(id: string, why: string): StoreError {
  return new StoreError('CORRUPT', `the slice for the run ${id} cannot be appended: ${why}; append what the run holds`)
}
