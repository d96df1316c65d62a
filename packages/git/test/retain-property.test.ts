/**
 * Sending, recording and reading in any order: readers get the same from a run that drops batches as from one that does
 * not.
 */
import { createRun, type HistoryRecord } from '@xmachines/core'
import type { Recorder, Repository } from '@xmachines/git'
import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import {
  add,
  finish,
  makeFolder,
  makeRepository,
  type TallyEvent,
  type TallyOutput,
  type TallyRun,
  type TallyState,
  tally,
} from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

/** The next action; `which` picks one of the readers. */
type Action =
  | { readonly do: 'send' | 'history' | 'read'; readonly count: number; readonly which: number }
  | { readonly do: 'flush' | 'restart' | 'out' | 'recorded out' }

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const), count: fc.nat(12), which: fc.nat(4) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('read' as const), count: fc.nat(20), which: fc.nat(99) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('history' as const), count: fc.nat(99), which: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('restart', 'out', 'recorded out') }) },
)

/** A reader: what it got, and what it should get. */
interface Reader {
  readonly got: unknown[]
  /** What it can have got by now. */
  expected(): readonly unknown[]
  /** Whether its recorder was stopped; then it gets nothing more. */
  isOver(): boolean
  next(): Promise<ReadableStreamReadResult<unknown>>
}

const nonce = new Uint8Array(16)
let seconds = 0

/** Does some actions to a run that drops batches, and to its twin that does not. */
async function play(repository: Repository, retain: number, actions: readonly Action[]): Promise<void> {
  const options = { input: undefined, nonce, createdAt: seconds++ }
  const run: TallyRun = createRun(tally, options)
  const twin: TallyRun = createRun(tally, options)
  const delivered: TallyOutput[] = []
  let recorder: Recorder<TallyState, TallyEvent, TallyOutput> = repository.record(run, { retain })
  const readers: Reader[] = []
  const telling = (async () => {
    for await (const output of twin.out) delivered.push(output)
  })()

  function follow(stream: ReadableStream<unknown>, expected: Reader['expected'], isOver = () => false): void {
    const reader = stream.getReader()
    readers.push({ got: [], expected, isOver, next: () => reader.read() })
  }

  function send(batch: TallyEvent | TallyEvent[]): void {
    for (const one of [run, twin]) expect(one.in.send(batch)).toBeUndefined()
  }

  const records = (): readonly HistoryRecord<TallyEvent>[] => twin.toJSON().records

  async function act(one: Action): Promise<void> {
    switch (one.do) {
      case 'send':
        for (let at = 0; at < one.count; at++) send(at % 4 < one.which ? [add(at), add()] : add(at))
        break
      case 'flush':
        await recorder.flush()
        break
      case 'restart':
        await recorder.stop()
        recorder = repository.record(run, { retain })
        break
      case 'history': {
        const from = one.count % (twin.snapshot.current.sequence + 2)
        const end = one.which === 0 ? twin.snapshot.current.sequence + 1 : undefined
        follow(run.history({ from, follow: end === undefined }), () => records().slice(from, end))
        break
      }
      case 'out': {
        const { position } = run
        follow(run.ports().out, () => delivered.slice(position))
        break
      }
      case 'recorded out': {
        const { position } = run
        const opened = recorder
        const { out } = opened.ports({ from: 'now' })
        follow(
          out,
          () => delivered.slice(position),
          () => opened !== recorder,
        )
        break
      }
      case 'read': {
        const reader = readers[one.which % Math.max(1, readers.length)]
        if (reader === undefined || reader.isOver()) break
        await recorder.flush()
        const there = Math.min(one.count, reader.expected().length - reader.got.length)
        for (let at = 0; at < there; at++) reader.got.push((await reader.next()).value)
      }
    }
    // The twin is read without a recorder.
    while (delivered.length < twin.position) await Promise.resolve()
  }

  for (const one of actions) await act(one)
  send(finish)
  await telling
  expect(await recorder.done).toBe(twin.snapshot.current.sequence)
  for (const { got, expected, isOver, next } of readers) {
    if (isOver()) expect(got).toEqual(expected().slice(0, got.length))
    else {
      for (let read = await next(); !read.done; read = await next()) got.push(read.value)
      expect(got).toEqual(expected())
    }
  }
  expect(run.head).toBe(twin.head)
  const history: unknown[] = []
  for await (const record of run.history()) history.push(record)
  expect(history).toEqual(records())
}

test('readers of a run that drops recorded batches miss nothing, and get nothing twice', async () => {
  const repository = await makeRepository(folder)
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(0, 1, 5, 20), fc.array(action, { maxLength: 40 }), (retain, actions) =>
      play(repository, retain, actions),
    ),
    { numRuns: 40 },
  )
})
