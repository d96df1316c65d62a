/** What a run drops once it is recorded, what is kept, and how it is read again. */
import {
  type BatchRecord,
  type CreateRunOptions,
  createRun,
  forkRun,
  type Ports,
  type Run,
  restoreRun,
} from '@xmachines/core'
import { type Recordable, type Retention, recordable, restoreSnapshot } from '@xmachines/core/internal'
import { sha256 } from '@xmachines/core/sha256'
import { describe, expect, test } from 'vitest'
import { runModule } from './child.ts'
import { add, finish, repeatable, type TallyEvent, type TallyOutput, tally } from './machines.ts'
import { all, ending, outcome, take } from './streams.ts'

type TallyRun = Run<number, TallyEvent, TallyOutput>

/** A run whose recorder has what it is told to keep, and its twin, which drops nothing. */
interface Recorded {
  readonly run: TallyRun
  readonly twin: TallyRun
  readonly recording: Recordable<number, TallyEvent, TallyOutput>
  readonly retention: Retention
  /** What was read of recorders: whose, and which batches. */
  readonly reads: [name: string, from: number, to: number][]
  /** Attaches another recorder. */
  retain(name: string, least: number | undefined): Retention
  send(count: number): void
  /** Has recorders tell that all there is now is recorded. */
  keep(...retentions: Retention[]): void
}

function recorded(least: number | undefined, options: CreateRunOptions<undefined> = repeatable): Recorded {
  const [run, twin] = [createRun(tally, options), createRun(tally, options)]
  const recording = recordable(run)
  const reads: Recorded['reads'] = []
  const retain: Recorded['retain'] = (name, atLeast) =>
    recording.retain(atLeast, async function* (from, to) {
      reads.push([name, from, to.sequence])
      const kept = twin.toJSON().records.slice(from, to.sequence + 1) as BatchRecord<TallyEvent>[]
      expect(kept.at(-1)?.oid).toBe(to.oid)
      for (let at = 0; at < kept.length; at += 3) yield structuredClone(kept.slice(at, at + 3))
    })
  const retention = retain('first', least)
  return {
    run,
    twin,
    recording,
    retention,
    reads,
    retain,
    send(count) {
      for (let at = 0; at < count; at++) {
        const batch = at % 3 === 0 ? [add(at), add()] : add(at)
        for (const one of [run, twin]) one.in.send(batch)
      }
    },
    keep(...retentions) {
      for (const one of retentions.length === 0 ? [retention] : retentions) one.recorded(recording.checkpoint())
    },
  }
}

/** The outputs of a run from a position on. */
const outputs = async (run: TallyRun, from: number): Promise<TallyOutput[]> =>
  await take(run.ports({ from }).out, run.position - from)

describe.each([
  ['sha1', repeatable],
  ['sha256', { ...repeatable, format: sha256 }],
] as const)('in %s', (_format, options) => {
  test('a run that drops recorded batches is the same run, and its whole history can be read', async () => {
    const recorder = recorded(0, options)
    const { run, twin, recording } = recorder
    for (let round = 0; round < 5; round++) {
      recorder.send(10)
      expect(run.head).toBe(twin.head)
      recorder.keep()
      expect(recording.dropped).toBe(10 * (round + 1))
    }
    recorder.send(4)
    expect(run.id).toBe(twin.id)
    expect(run.head).toBe(twin.head)
    expect(run.position).toBe(twin.position)
    expect(run.snapshot.current).toEqual(twin.snapshot.current)
    const records = await all(twin.history())
    expect(await all(run.history())).toEqual(records)
    expect(await all(run.history({ from: 7 }))).toEqual(records.slice(7))
    expect(await all(run.history({ from: 50 }))).toEqual(records.slice(50))
    expect(await all(run.history({ from: 51 }))).toEqual(records.slice(51))
    expect(recorder.reads).toEqual([
      ['first', 1, 50],
      ['first', 7, 50],
      ['first', 50, 50],
    ])
  })
})

test('at least so many batches are kept, with their outputs', async () => {
  const recorder = recorded(10)
  const { run, twin, recording } = recorder
  for (let round = 0; round < 200; round++) {
    recorder.send(1 + (round % 3))
    recorder.keep()
    const held = recording.sequence - recording.dropped
    expect(held).toBeGreaterThanOrEqual(Math.min(10, recording.sequence))
    expect(held).toBeLessThan(20)
  }
  const from = recording.sequence - 9
  expect(await all(run.history({ from }))).toEqual(await all(twin.history({ from })))
  expect(recorder.reads).toEqual([])
  const position = run.position - 10
  expect(await outputs(run, position)).toEqual(await outputs(twin, position))
})

test('without a number nothing is dropped, and what is not recorded never is', () => {
  const keeping = recorded(undefined)
  keeping.send(20)
  keeping.keep()
  expect(keeping.recording.dropped).toBe(0)
  expect(keeping.run.toJSON()).toEqual(keeping.twin.toJSON())

  const recorder = recorded(0)
  recorder.send(20)
  const mark = recorder.recording.checkpoint()
  recorder.send(20)
  recorder.retention.recorded(mark)
  expect(recorder.recording.dropped).toBe(20)
  recorder.retention.end()
  recorder.send(20)
  recorder.keep()
  expect(recorder.recording.dropped).toBe(20)
})

test('a recorder that comes late has all but so many go at once', () => {
  const recorder = recorded(undefined)
  recorder.send(100)
  recorder.keep()
  recorder.keep(recorder.retain('late', 10))
  expect(recorder.recording.dropped).toBe(90)
})

describe('what was dropped is refused with what to do', () => {
  test('as one document, as a position, and as an oid', () => {
    const recorder = recorded(0)
    const { run, recording } = recorder
    recorder.send(12)
    recorder.keep()
    recorder.send(3)
    expect(() => run.toJSON()).toThrow(
      new RangeError(`the run has dropped batch 1, and keeps those from 13 on: read repository.history('${run.id}')`),
    )
    expect(() => run.ports({ from: 'start' })).toThrow(
      new RangeError(
        `from is "start"; it must be 'now' or a position from 16 to 20; repository.open replays the outputs before`,
      ),
    )
    expect(() => run.ports({ from: 15 })).toThrow(RangeError)
    expect(() => recording.view().ports({ from: 15 }, () => Promise.resolve())).toThrow(RangeError)
    expect(() => recording.digestAt(11)).toThrow(RangeError)
    expect(() => recording.commitAt(12)).toThrow(RangeError)
    expect(recording.digestAt(12)).toHaveLength(20)
  })

  test('as a fork, except at the genesis', () => {
    const recorder = recorded(3)
    const { run } = recorder
    recorder.send(12)
    recorder.keep()
    for (const sequence of [1, 8, 11, 12]) {
      expect(() => forkRun(run, sequence)).toThrow(
        new RangeError(`the run has dropped batch 1, and keeps those from 10 on: read repository.history('${run.id}')`),
      )
    }
    const fork = forkRun(run, 0)
    fork.in.send(add(5))
    expect([fork.state, fork.genesis.forkedFrom]).toEqual([5, run.id])
    expect(restoreRun(run.machine, fork.toJSON()).head).toBe(fork.head)
  })

  test('as a history that no recorder can read, after the genesis', async () => {
    const run = createRun(tally, repeatable)
    for (let at = 0; at < 5; at++) run.in.send(add(at))
    const snapshot = { genesis: run.genesis, oid: run.head, sequence: 5, position: run.position, state: 10 }
    const opened = restoreSnapshot(tally, snapshot, [])
    expect(opened.head).toBe(run.head)
    const { items, end } = await ending(opened.history())
    expect(items).toEqual([run.genesis])
    expect(end).toEqual(
      new RangeError(`the run has dropped batch 1, and keeps those from 6 on: read repository.history('${run.id}')`),
    )
    // A recorder that has all of it can.
    const { records } = run.toJSON()
    const recording = recordable(opened)
    recording
      .retain(undefined, async function* (from, to) {
        yield records.slice(from, to.sequence + 1) as BatchRecord<TallyEvent>[]
      })
      .recorded(recording.checkpoint())
    opened.in.send(add())
    run.in.send(add())
    expect(await all(opened.history())).toEqual(await all(run.history()))
  })

  test('as a batch that the recorder fails to read, or does not give', async () => {
    const run = createRun(tally)
    const recording = recordable(run)
    let reading = 0
    const retention = recording.retain(0, async function* () {
      if (reading++ === 0) throw new Error('the disk is gone')
      yield []
    })
    for (let at = 0; at < 5; at++) run.in.send(add(at))
    retention.recorded(recording.checkpoint())
    expect(await ending(run.history({ from: 2 }))).toEqual({ items: [], end: new Error('the disk is gone') })
    const { end } = await ending(run.history({ from: 2 }))
    expect(end).toEqual(new RangeError('the recorder gave no batch 2 of the run'))
  })
})

describe('a reader of the history', () => {
  test('that is late reads from the recorder, then from the run, whatever is dropped meanwhile', async () => {
    const recorder = recorded(0)
    const { run, twin } = recorder
    recorder.send(3)
    const reader = run.history({ follow: true }).getReader()
    const records: unknown[] = [(await reader.read()).value, (await reader.read()).value]
    for (let round = 0; round < 6; round++) {
      recorder.send(5)
      recorder.keep()
      for (let at = 0; at < 4; at++) records.push((await reader.read()).value)
    }
    run.in.send(finish)
    twin.in.send(finish)
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      records.push(value)
    }
    expect(records).toEqual(twin.toJSON().records)
    expect(recorder.reads.length).toBeGreaterThan(1)
  })

  test('gets records that are frozen to their last member', async () => {
    const recorder = recorded(0)
    recorder.send(4)
    recorder.keep()
    for (const record of await all(recorder.run.history({ from: 1 }))) {
      expect(Object.isFrozen(record)).toBe(true)
      const { events } = record as BatchRecord<TallyEvent>
      for (const part of [events, ...events]) expect(Object.isFrozen(part)).toBe(true)
    }
  })

  test('that read on from the run is not given again what it has, when more is dropped', async () => {
    const run = createRun(tally, repeatable)
    const recording = recordable(run)
    const all: BatchRecord<TallyEvent>[] = []
    const retention = recording.retain(4, async function* (from, to) {
      yield all.slice(from - 1, to.sequence)
    })
    const send = (count: number): void => {
      for (let at = 0; at < count; at++) run.in.send(add(at))
    }
    const twin = createRun(tally, repeatable)
    for (let at = 0; at < 60; at++) twin.in.send(add(at % 10))
    all.push(...(twin.toJSON().records.slice(1) as BatchRecord<TallyEvent>[]))
    send(10)
    retention.recorded(recording.checkpoint())
    expect(recording.dropped).toBe(6)
    const reader = run.history({ from: 1, follow: true }).getReader()
    const oids: (string | undefined)[] = []
    const read = async (count: number): Promise<void> => {
      for (let at = 0; at < count; at++) oids.push((await reader.read()).value?.oid)
    }
    await read(8)
    for (let round = 0; round < 4; round++) send(10)
    retention.recorded(recording.checkpoint())
    expect(recording.dropped).toBe(46)
    await read(42)
    expect(oids).toEqual(all.slice(0, 50).map(({ oid }) => oid))
  })

  test('that leaves while it reads makes the recorder stop', async () => {
    const run = createRun(tally)
    const recording = recordable(run)
    let stopped = false
    const { records } = createRun(tally).toJSON()
    const retention = recording.retain(0, async function* () {
      try {
        for (;;) yield records as never
      } finally {
        stopped = true
      }
    })
    for (let at = 0; at < 5; at++) run.in.send(add(at))
    retention.recorded(recording.checkpoint())
    const reader = run.history({ from: 1 }).getReader()
    await reader.read()
    await reader.cancel()
    expect(await outcome(Promise.resolve())).toBe('resolved')
    expect(stopped).toBe(true)
  })
})

describe('outputs that an open out has not delivered are kept', () => {
  test('in sets of the run, read or not, until they are read or it is cancelled', async () => {
    const recorder = recorded(0)
    const { run, twin } = recorder
    const sets = [run.ports(), run.ports({ from: 'start' }), run.ports()]
    const { out } = sets[0]!
    recorder.send(10)
    recorder.keep()
    expect(await take(out, 8)).toEqual((await outputs(twin, 0)).slice(0, 8))
    recorder.send(10)
    recorder.keep()
    expect(await take(sets[1]!.out, 28)).toEqual(await outputs(twin, 0))
    expect(await take(out, 20)).toEqual((await outputs(twin, 8)).slice(0, 20))
    await sets[2]!.out.cancel()
    recorder.keep()
    expect(() => run.ports({ from: 27 })).toThrow(/a position from 28 to 28/)
  })

  test('in the run’s own set if somebody asked for it, and it never begins after a gap', async () => {
    const asked = recorded(0)
    const { out } = asked.run
    asked.send(10)
    asked.keep()
    expect(await take(out, 14)).toEqual(await outputs(asked.twin, 0))

    const late = recorded(0)
    late.send(10)
    late.keep()
    expect(() => late.run.out).toThrow(
      new RangeError(
        `the position at which out begins is 0; it must be 'now' or a position from 14 to 14; repository.open replays the outputs before`,
      ),
    )
    expect(late.run.err).toBeInstanceOf(ReadableStream)
  })

  test('in the run’s own set, whose abort ends its other ports even if outputs were dropped', async () => {
    const { run, send, keep } = recorded(0)
    send(10)
    keep()
    const read = run.err.getReader().read()
    await run.in.abort('gone')
    expect((await read).done).toBe(true)
  })

  test('in a closed set up to its end, and no further', async () => {
    const recorder = recorded(0)
    const { run } = recorder
    const closed = run.ports()
    recorder.send(4)
    await closed.in.close()
    recorder.send(4)
    recorder.keep()
    expect(await all(closed.out)).toHaveLength(6)
    const untouched = run.ports()
    await untouched.in.close()
    recorder.send(4)
    recorder.keep()
    expect(() => run.ports({ from: 17 })).toThrow(/a position from 18 to 18/)
  })

  test('in ports on what is recorded, which show all of it', async () => {
    const recorder = recorded(0)
    const { run, twin, recording } = recorder
    const view = recording.view()
    const open = (from: 'now' | number): Ports<number, TallyEvent, TallyOutput> =>
      view.ports({ from }, () => Promise.resolve())
    const slow = open('now')
    const shown: TallyOutput[] = []
    const reader = open('now').out.getReader()
    for (let round = 0; round < 10; round++) {
      recorder.send(5)
      const mark = recording.checkpoint()
      view.show(mark)
      recorder.retention.recorded(mark)
      for (let at = 0; at < 7; at++) shown.push((await reader.read()).value as TallyOutput)
    }
    const every = await outputs(twin, 0)
    expect(shown).toEqual(every)
    expect(await take(slow.out, 70)).toEqual(every)
    recorder.keep()
    expect(() => open(60)).toThrow(/a position from 70 to 70/)
    const late = open('now')
    recorder.send(3)
    view.show(recording.checkpoint())
    expect(await take(late.out, 4)).toEqual(await outputs(twin, 70))
    expect(run.position).toBe(74)
  })

  test('but not in sets that nobody holds any more', { timeout: 30_000 }, () => {
    const shown = runModule(
      `
import { createRun, defineMachine } from '@xmachines/core'
import { recordable } from '@xmachines/core/internal'
const machine = defineMachine<number, { type: 'INC' }, { n: number }>({
  name: 'counter', version: '1', initial: 0,
  on: { INC: (n, _event, emit) => (emit({ n: n + 1 }), n + 1) },
})
const run = createRun(machine)
const recording = recordable(run)
const view = recording.view()
const retention = recording.retain(0, async function* () {})
const inputs = [run.ports().in, view.ports({}, async () => {}).in]
async function drop() {
  run.ports({ from: 'start' })
  void run.ports().out.getReader().read()
  run.ports().out.getReader()
  view.ports({}, async () => {}).out.getReader()
}
await drop()
for (const input of inputs) input.send({ type: 'INC' })
for (let round = 0; round < 5; round++) {
  await new Promise((resolve) => setImmediate(resolve))
  globalThis.gc()
}
view.show(recording.checkpoint())
retention.recorded(recording.checkpoint())
try { run.ports({ from: 1 }) } catch (refusal) { console.log(refusal.message) }
console.log(inputs.length)
`,
      { flags: ['--expose-gc'] },
    )
    expect(shown).toMatch(/^from is 1; it must be 'now' or a position from 2 to 2; .*\n2\n$/)
  })
})

describe('with several recorders', () => {
  test('only what all have recorded is dropped, and a recorder that ended keeps nothing back', async () => {
    const recorder = recorded(0)
    const { recording } = recorder
    const other = recorder.retain('other', 5)
    const plain = recorder.retain('plain', undefined)
    recorder.send(20)
    recorder.keep()
    expect(recording.dropped).toBe(0)
    recorder.keep(other)
    recorder.send(20)
    recorder.keep()
    recorder.keep(other)
    expect(recording.dropped).toBe(0)
    recorder.keep(plain)
    expect(recording.dropped).toBe(35)
    other.end()
    recorder.send(5)
    recorder.keep()
    expect(recording.dropped).toBe(40)
    plain.end()
    recorder.keep()
    expect(recording.dropped).toBe(45)
  })

  test('one that continues reads what was dropped, and if none does the last one still can', async () => {
    const recorder = recorded(0)
    const { run, twin } = recorder
    const other = recorder.retain('other', 0)
    recorder.send(6)
    recorder.keep(other, recorder.retention)
    recorder.retention.end()
    expect(await all(run.history())).toEqual(twin.toJSON().records)
    other.end()
    expect(await all(run.history())).toEqual(twin.toJSON().records)
    expect(recorder.reads).toEqual([
      ['other', 1, 6],
      ['other', 1, 6],
    ])
  })
})
