// What a store is: it appends records after an expected head, reads them, follows them, and lends the right to handle
// outputs. Whoever implements this interface can keep runs; the suite in `conformance` says whether it does so rightly.

import type { HistoryRecord } from '../history/records.ts'
import type { GitObject } from '../identity/git-object.ts'
import type { ObjectFormat } from '../identity/object-format.ts'
import type { RunEvent } from '../machine/machine.ts'
import type { Head } from './store-error.ts'

/** A record of any run's history. */
export type StoredRecord = HistoryRecord<RunEvent>

/** What one append adds to a run. */
export interface Slice {
  /** The records, in order. That of the genesis begins a run. At least one. */
  readonly records: readonly StoredRecord[]
  /** The commit of each record: `commit LENGTH\0` and its content, which its oid is the hash of. */
  readonly commits: readonly Uint8Array[]
  /** With the genesis: the objects of the machine's commit and the genesis, each after those that it names. */
  readonly objects?: readonly GitObject[]
  /** The object format of the oids. */
  readonly format: ObjectFormat
  /** Outputs since the genesis, after the last record. */
  readonly position: number
  /** Outputs since the genesis, before the first record, if that is known. A store may have got those batches without it. */
  readonly start?: number
  /**
   * With the genesis: the position up to which outputs count as settled. 0 for a run that was created; the position at which
   * it began for one that was imported, restored or forked, so that no old output fires again.
   */
  readonly settled?: number
}

/** Who appends. */
export interface AppendOptions {
  /** A token of 128 random bits, drawn for this append and for no other. It gives access to its receipt. */
  readonly writer: string
  /** Idempotency keys of batches in the slice, and the sequence of each. They are kept with the receipt. */
  readonly keys?: ReadonlyMap<string, number>
}

/** Where a batch was applied. */
export interface Receipt {
  readonly sequence: number
  /** The oid of its commit, in hex. */
  readonly oid: string
}

/** Which records to read. */
export interface ReadOptions {
  /** The sequence of the first record; the genesis has 0. */
  readonly from: number
  /** The sequence of the last record. By default the latest. */
  readonly to?: number
}

/** What to follow. */
export interface FollowOptions {
  readonly from: number
  /** Ends the stream. */
  readonly signal: AbortSignal
  /**
   * Says up to which sequence the follower has the records from elsewhere, such as what it appended itself. It is asked after
   * each append, and these records need not be read for it. A store that does not ask delivers them.
   */
  readonly held?: () => Promise<number>
}

/** Which runs to list. */
export interface ListOptions {
  readonly machine?: { readonly name: string; readonly version?: string }
  /** Only runs with outputs that have not settled. */
  readonly unsettled?: boolean
}

/** A run in a list. */
export interface ListedRun extends Head {
  readonly id: string
  readonly machine: { readonly name: string; readonly version: string }
  /** Outputs since the genesis. */
  readonly position: number
  /** The position up to which every output has settled. If it is not before `position`, all have. */
  readonly settled: number
}

/** Who wants a lease. */
export interface LeaseOptions {
  /** Names the owner, for people who look. */
  readonly owner: string
  /** Milliseconds after which another may take the lease, if it was not renewed. */
  readonly ttl: number
  /**
   * Counts the outputs of the batches up to a sequence. A store asks it about batches that it got without a machine, as Git
   * does by a fetch: their outputs count as settled.
   */
  readonly positionAt?: ((sequence: number) => Promise<number>) | undefined
}

/** The right to handle the outputs of a run. At most one owner has it at a time. */
export interface Lease {
  /**
   * The position up to which every output has settled. It is infinite if the store cannot count the outputs, and was not given
   * `positionAt`: then all outputs that are there have settled.
   */
  readonly settled: number
  /** Aborts when the lease was lost or released. What it guarded must stop. */
  readonly signal: AbortSignal
  /**
   * Keeps the lease for another `ttl`. It is renewed by itself at a third of it; this is for a holder that was asleep.
   * @throws {StoreError} `LEASE_LOST`
   */
  renew(): Promise<void>
  /**
   * Keeps how far outputs have settled. An earlier position than the one that is kept changes nothing.
   * @throws {StoreError} `LEASE_LOST`
   */
  settle(position: number): Promise<void>
  /** Gives the lease back. */
  release(): Promise<void>
}

/** Keeps runs. A store verifies nothing but that what is appended continues what is there; whoever opens a run verifies all. */
export interface RunStore {
  /** Where a run ends; undefined if the store does not have it. */
  head(id: string): Promise<Head | undefined>
  /**
   * Appends a slice, all of it or nothing, if the run ends at `expectedHead`. The comparison decides who was first, never the
   * oid: a head that is already where the slice ends is a lost race.
   * @param expectedHead the oid that the first record has as its parent; undefined for a new run
   * @throws {StoreError} `MOVED` if the run ends elsewhere, `SEALED` if it takes no more, `CORRUPT` if the slice does not continue
   *   it. After any other error nobody knows whether the append was made: ask `receipt`
   */
  append(id: string, expectedHead: string | undefined, slice: Slice, options: AppendOptions): Promise<void>
  /**
   * Where the append of a writer, or the batch of an idempotency key, was applied; undefined if it was not. The latest 1,000
   * of a run are kept, and the keys of answers, `RUN-ID/POSITION`, until `settled` has passed them.
   * @param since the sequence that the asker knew when it first tried
   * @throws {StoreError} `UNKNOWN` if the receipt may have been trimmed, so that its absence proves nothing: if receipts after
   *   `since` were, or for the key of an answer, if its output has settled
   */
  receipt(id: string, key: string, since: number): Promise<Receipt | undefined>
  /**
   * Reads records, in order.
   * @returns a stream that errors with `MISSING` if there is no such run, and with `CORRUPT` if a record cannot be read
   */
  read(id: string, options: ReadOptions): ReadableStream<StoredRecord>
  /**
   * Reads records, and then each that is appended, once and in order, until `signal` aborts or the run is sealed. It errors as
   * `read` does.
   */
  follow(id: string, options: FollowOptions): ReadableStream<StoredRecord>
  /** Lists runs, in no particular order. */
  list(options?: ListOptions): ReadableStream<ListedRun>
  /**
   * Takes the lease of a run; undefined while another owner has it. Ask again to get it after the other's `ttl` has passed.
   * @throws {StoreError} `MISSING`
   */
  lease(id: string, options: LeaseOptions): Promise<Lease | undefined>
  /**
   * Resolves once the lease of a run can be taken, by the clock that decides it, or the signal aborts. It never resolves
   * earlier, and then another may be quicker. A store that learns of it late or never resolves late or never: whoever wants the
   * lease asks again from time to time.
   */
  untilFree?(id: string, signal: AbortSignal): Promise<void>
  /** The id of the run that has a name, such as the key of a form; undefined if none has it. */
  name(key: string): Promise<string | undefined>
  /**
   * Gives a name to a run, or to none, if it belongs to the expected one.
   * @returns whether it did
   */
  rename(key: string, expectedId: string | undefined, id: string | undefined): Promise<boolean>
  /**
   * Seals a run if it ends at `expectedHead`, because another one takes its place: from then on every append to it is refused, and
   * `head` and `list` say which run the successor is. Of a seal and an append that come at once, one is refused. A store without
   * it cannot succeed runs.
   * @throws {StoreError} `MISSING`, `MOVED` if the run ends elsewhere, `SEALED` if it has another successor. After any other error
   *   nobody knows whether it was sealed: seal it again, with the same successor
   */
  seal?(id: string, expectedHead: string, successor: string): Promise<void>
}
