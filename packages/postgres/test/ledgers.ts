/** The machine of the tests, runs of it, and how they are appended. */
import { createRun, defineMachine, type Machine, type Run } from '@xmachines/core'
import { recordable } from '@xmachines/core/internal'
import type { AppendOptions, RunStore, Slice, StoredRecord } from '@xmachines/core/store'

export type TallyEvent = { type: 'ADD'; value: number; note?: string }
export type TallyOutput = { type: 'added'; value: number }
export type TallyRun = Run<number, TallyEvent, TallyOutput>

/** Adds numbers up, and emits each. */
export const tally: Machine<number, TallyEvent, TallyOutput> = defineMachine<number, TallyEvent, TallyOutput>({
  name: 'tally',
  version: '1',
  initial: 0,
  on: {
    ADD: (sum, { value }, emit) => {
      emit({ type: 'added', value })
      return sum + value
    },
  },
})

/** A run that added 1, 2, and so on. */
export function tallyRun(count = 0): TallyRun {
  const run = createRun(tally)
  for (let value = 1; value <= count; value++) run.in.send(add(value))
  return run
}

export const add = (value: number, note?: string): TallyEvent => ({
  type: 'ADD',
  value,
  ...(note === undefined ? {} : { note }),
})

/** The part of a run from one sequence on. */
export function sliceOf(run: TallyRun, from = 0, to: number = run.snapshot.current.sequence): Slice {
  const history = recordable(run)
  const sequences = Array.from({ length: to - from + 1 }, (_, at) => from + at)
  const genesis = from === 0 ? history.genesis().at(-1)?.bytes : undefined
  return {
    records: sequences.map((sequence) => history.recordAt(sequence)),
    commits: sequences.map((sequence) =>
      sequence === 0 && genesis !== undefined ? genesis : history.commitAt(sequence).slice(),
    ),
    format: history.format,
    position: to,
    ...(from === 0 && { objects: history.genesis(), settled: 0 }),
  }
}

/** Appends what a run has from one sequence on. */
export async function append(
  store: RunStore,
  run: TallyRun,
  { from = 0, to, ...options }: { readonly from?: number; readonly to?: number } & Partial<AppendOptions> = {},
): Promise<void> {
  const slice = sliceOf(run, from, to)
  const [first] = slice.records
  const expected = first !== undefined && 'parent' in first ? first.parent : undefined
  await store.append(run.id, expected, slice, { writer: token(), ...options })
}

/** The token of an append. */
export function token(): string {
  return crypto.randomUUID().replaceAll('-', '')
}

/** All that a stream delivers. */
export async function readAll<Item>(stream: ReadableStream<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of stream) items.push(item)
  return items
}

/** The records of a run in a store. */
export function recordsOf(store: RunStore, id: string): Promise<StoredRecord[]> {
  return readAll(store.read(id, { from: 0 }))
}

/** What something rejects with. */
export async function refusalOf(asked: Promise<unknown>): Promise<unknown> {
  return await asked.then(
    (value) => {
      throw new Error(`it must be refused, and resolved with ${JSON.stringify(value)}`)
    },
    (thrown: unknown) => thrown,
  )
}
