// A store of your own, over anything that keeps texts under keys and can compare and swap one of them. All of a run is one text,
// so it is for short runs.

import {
  checkSeal,
  checkSlice,
  checkTrimmed,
  followRecords,
  isGenesis,
  type LeaseRecord,
  type ListedRun,
  leaseKeeper,
  missing,
  type Receipt,
  type RunStore,
  type StoredRecord,
  streamOf,
} from '@xmachines/core/store'

/** What keeps the texts. */
export interface Texts {
  get(key: string): Promise<string | undefined>
  keys(): Promise<string[]>
  /** Replaces a text that is still the expected one; undefined is none. Says whether it did. */
  swap(key: string, expected: string | undefined, next: string | undefined): Promise<boolean>
}

/** All of a run. */
interface KeptRun extends Omit<ListedRun, 'id' | 'settled'> {
  readonly records: readonly StoredRecord[]
  /** By token and by key. None is ever deleted. */
  readonly receipts: readonly [string, Receipt][]
  readonly lease: LeaseRecord
}

/** How often a follower looks, in milliseconds. */
const POLL = 10

/** A store over texts. */
export function textStore(texts: Texts): RunStore {
  const runKey = (id: string): string => `run ${id}`
  const nameKey = (name: string): string => `name ${name}`

  async function find(id: string): Promise<KeptRun | undefined> {
    const text = await texts.get(runKey(id))
    return text === undefined ? undefined : JSON.parse(text)
  }

  async function findThere(id: string): Promise<KeptRun> {
    const run = await find(id)
    if (run === undefined) throw missing(id)
    return run
  }

  /** Changes a run, if nobody else does so meanwhile; begins again if somebody does. */
  async function change(id: string, make: (run: KeptRun | undefined) => KeptRun | undefined): Promise<boolean> {
    for (;;) {
      const before = await texts.get(runKey(id))
      const after = make(before === undefined ? undefined : JSON.parse(before))
      if (after === undefined) return false
      if (await texts.swap(runKey(id), before, JSON.stringify(after))) return true
    }
  }

  async function* listRuns(options: Parameters<RunStore['list']>[0] = {}): AsyncGenerator<ListedRun, void> {
    const { machine: wanted, unsettled = false } = options
    for (const key of await texts.keys()) {
      const id = key.startsWith('run ') ? key.slice(4) : undefined
      const run = id === undefined ? undefined : await find(id)
      if (id === undefined || run === undefined) continue
      const { head, sequence, successor, machine, position, lease } = run
      if (wanted !== undefined && wanted.name !== machine.name) continue
      if (wanted?.version !== undefined && wanted.version !== machine.version) continue
      if (unsettled && lease.settled >= position) continue
      const end = { head, sequence, ...(successor !== undefined && { successor }) }
      yield { id, ...end, machine, position, settled: lease.settled }
    }
  }

  const leases = leaseKeeper({
    read: async (id) => (await findThere(id)).lease,
    swap: (id, expectedBeat, lease) =>
      change(id, (run) => (run?.lease.beat === expectedBeat ? { ...run, lease } : undefined)),
  })

  const store: RunStore = {
    async head(id) {
      const { head, sequence, successor } = (await find(id)) ?? {}
      if (head === undefined || sequence === undefined) return undefined
      return { head, sequence, ...(successor !== undefined && { successor }) }
    },
    async append(id, expectedHead, slice, { writer, keys = new Map() }) {
      await change(id, (run) => {
        const { head, sequence } = checkSlice(id, run, expectedHead, slice)
        const records = [...(run?.records ?? []), ...slice.records]
        const [genesis] = records
        if (genesis === undefined || !isGenesis(genesis)) throw missing(id)
        const { name, version } = genesis.machine
        const added = Array.from(keys, ([key, at]): [string, Receipt] => [
          key,
          { sequence: at, oid: (records[at] as StoredRecord).oid },
        ])
        return {
          head,
          sequence,
          machine: { name, version },
          position: slice.position,
          records,
          receipts: [...(run?.receipts ?? []), [writer, { sequence, oid: head }], ...added],
          lease: run?.lease ?? { owner: undefined, ttl: 0, beat: 0, settled: slice.settled ?? 0 },
        }
      })
    },
    async receipt(id, key, since) {
      const run = await find(id)
      const receipt = run && new Map(run.receipts).get(key)
      if (run !== undefined && receipt === undefined) {
        checkTrimmed({ id, key, since }, { completeAfter: -1, settled: run.lease.settled })
      }
      return receipt
    },
    read: (id, { from, to = Number.POSITIVE_INFINITY }) =>
      streamOf(
        (async function* () {
          yield* (await findThere(id)).records.slice(from, to + 1)
        })(),
      ),
    follow: (id, options) => followRecords({ read: store.read, wait, isSealed }, id, options),
    list: (options) => streamOf(listRuns(options)),
    lease: (id, options) => leases.take(id, options),
    name: (key) => texts.get(nameKey(key)),
    rename: (key, expectedId, id) => texts.swap(nameKey(key), expectedId, id),
    async seal(id, expectedHead, successor) {
      await change(id, (run) => {
        const isDue = checkSeal(id, run, expectedHead, successor)
        return isDue && run !== undefined ? { ...run, successor } : undefined
      })
    },
  }

  async function isSealed(id: string): Promise<boolean> {
    return (await findThere(id)).successor !== undefined
  }

  async function wait(id: string, sequence: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const run = await findThere(id)
      if (signal.aborted || run.sequence >= sequence || run.successor !== undefined) return
      await new Promise((resolve) => setTimeout(resolve, POLL))
    }
  }

  return store
}
