/** Histories from outside: verified, restored, or refused with the sequence at which they broke. */
import { createRun, defineMachine, type RunError, replayRun, restoreRun } from '@xmachines/core'
import { sha256 } from '@xmachines/core/sha256'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { add, breaks, door, fail, finish, machineOf, tally, tallyRun } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { all, outcome, take } from './streams.ts'
import { thrownBy } from './thrown.ts'

expectBugs()

const clone = (value: unknown) => JSON.parse(JSON.stringify(value))

describe('restoreRun', () => {
  test('answers with a run of the same id, head, state and position', async () => {
    const run = tallyRun()
    for (const history of [
      run.toJSON(),
      clone(run),
      await all(run.history()),
      clone(run).records,
      new Set(await all(run.history())),
    ]) {
      const restored = restoreRun(tally, history)
      expect([restored.id, restored.head, restored.position]).toEqual([run.id, run.head, run.position])
      expect(restored.snapshot.current).toEqual(run.snapshot.current)
      expect(restored.toJSON()).toEqual(run.toJSON())
    }
  })

  test('answers with a run that goes on as the other would have', () => {
    const run = tallyRun()
    const restored = restoreRun(tally, clone(run))
    run.in.send(add(5))
    restored.in.send(add(5))
    expect(restored.head).toBe(run.head)
  })

  test('fires no old output: out and err begin after what was replayed', async () => {
    const run = tallyRun()
    run.in.send(fail)
    const restored = restoreRun(tally, run.toJSON())
    expect(await outcome(restored.err.getReader().read())).toBe('pending')
    restored.in.send(add(5))
    expect(await take(restored.out, 1)).toEqual([{ type: 'total', total: 15 }])
    expect((await take(restored.ports({ from: 'start' }).out, 5)).map(({ total }) => total)).toEqual([1, 3, 6, 10, 15])
    expect((await take(restored.ports({ from: 3 }).out, 1)).map(({ total }) => total)).toEqual([10])
  })

  test('picks the machine by name and version', () => {
    const run = tallyRun()
    const other = machineOf((state) => state, { name: 'tally', version: '2' })
    expect(restoreRun([door, other, tally] as never, run.toJSON()).machine).toBe(tally)
    for (const machines of [[], [door], [other], door, other]) {
      expect(thrownBy<RunError>(() => restoreRun(machines as never, run.toJSON()))).toMatchObject({
        code: 'MACHINE_MISMATCH',
        sequence: 0,
        message: expect.stringMatching(/^the run is of tally@\S+, but the machines given are \S/),
      })
    }
  })

  test('restores a completed run as done, and one that failed as active', () => {
    const run = tallyRun()
    run.in.send(breaks)
    expect(restoreRun(tally, run.toJSON()).snapshot.current).toEqual({ state: 10, status: 'active', sequence: 3 })
    const done = tallyRun()
    done.in.send(finish)
    const restored = restoreRun(tally, done.toJSON())
    expect(restored.snapshot.current).toEqual({ state: -1, status: 'done', sequence: 4 })
    expect(restored.in.send(add())).toMatchObject({ code: 'RUN_DONE' })
  })

  test('restores input, and SHA-256 if the format is given', () => {
    const machine = machineOf((count) => count + 1, { initial: (input: { start: number }) => input.start })
    const run = createRun(machine, { input: { start: 5 }, format: sha256 })
    run.in.send({ type: 'X' })
    const restored = restoreRun(machine, clone(run), { format: sha256 })
    expect([restored.id, restored.head, restored.snapshot.current.state]).toEqual([run.id, run.head, 6])
    expect(() => restoreRun(machine, clone(run))).toThrow(RangeError)
    expect(() => restoreRun(machine, clone(run))).toThrow(/sha256/)
  })

  test('trusts the head it is given, and refuses a history that does not end there', () => {
    const run = tallyRun()
    const early = run.toJSON()
    run.in.send(add())
    expect(restoreRun(tally, early, { head: early.head }).head).toBe(early.head)
    expect(thrownBy<RunError>(() => restoreRun(tally, early, { head: run.head }))).toMatchObject({
      code: 'HISTORY_MISMATCH',
      sequence: 3,
    })
    expect(thrownBy<RunError>(() => restoreRun(tally, early.records, { head: run.head }))).toMatchObject({
      code: 'HISTORY_MISMATCH',
    })
  })
})

describe('refused is a history', () => {
  type Change = (history: any) => void
  const zeros = '0'.repeat(40)
  test.each<[string, Change, string, number]>([
    ['of another format', (history) => (history.format = 'xmachines/2'), 'INVALID_HISTORY', 0],
    ['without records', (history) => delete history.records, 'INVALID_HISTORY', 0],
    ['that is empty', (history) => (history.records = []), 'INVALID_HISTORY', 0],
    ['whose genesis is no record', (history) => (history.records[0] = null), 'INVALID_HISTORY', 0],
    ['whose genesis has no oid', (history) => delete history.records[0].oid, 'INVALID_HISTORY', 0],
    ['whose genesis has no machine', (history) => delete history.records[0].machine.version, 'INVALID_HISTORY', 0],
    ['whose object format is unknown', (history) => (history.records[0].format = 'md5'), 'INVALID_HISTORY', 0],
    ['whose createdAt is out of range', (history) => (history.records[0].createdAt = -1), 'INVALID_HISTORY', 0],
    ['whose nonce is malformed', (history) => (history.records[0].nonce = 'XY'), 'INVALID_HISTORY', 0],
    ['in which a record is not one', (history) => (history.records[2] = 7), 'INVALID_HISTORY', 2],
    ['in which a record has no oid', (history) => delete history.records[1].oid, 'INVALID_HISTORY', 1],
    ['in which a record has no events', (history) => (history.records[2].events = []), 'INVALID_HISTORY', 2],
    ['in which an event has no type', (history) => (history.records[2].events[1] = {}), 'INVALID_HISTORY', 2],
    ['whose id was changed', (history) => (history.records[0].oid = zeros), 'HISTORY_MISMATCH', 0],
    ['whose machine’s oid was changed', (history) => (history.records[0].machine.oid = zeros), 'HISTORY_MISMATCH', 0],
    ['whose createdAt was changed', (history) => history.records[0].createdAt++, 'HISTORY_MISMATCH', 0],
    ['whose nonce was changed', (history) => (history.records[0].nonce = '0'.repeat(32)), 'HISTORY_MISMATCH', 0],
    ['to which an input was added', (history) => (history.records[0].input = 1), 'HISTORY_MISMATCH', 0],
    ['in which an event was changed', (history) => (history.records[2].events[0].by = 9), 'HISTORY_MISMATCH', 2],
    ['to which an event was added', (history) => history.records[1].events.push(add()), 'HISTORY_MISMATCH', 1],
    ['in which an oid was changed', (history) => (history.records[1].oid = zeros), 'HISTORY_MISMATCH', 1],
    ['in which a parent was changed', (history) => (history.records[3].parent = zeros), 'HISTORY_MISMATCH', 3],
    ['in which a record is missing', (history) => history.records.splice(2, 1), 'HISTORY_MISMATCH', 2],
    [
      'in which the order was changed',
      (history) => history.records.splice(1, 2, ...history.records.slice(1, 3).reverse()),
      'HISTORY_MISMATCH',
      1,
    ],
    ['that ends too early', (history) => history.records.pop(), 'HISTORY_MISMATCH', 2],
    ['that says another sequence', (history) => history.sequence++, 'HISTORY_MISMATCH', 3],
    ['that says another head', (history) => (history.head = zeros), 'HISTORY_MISMATCH', 3],
    ['that says another state', (history) => (history.state = zeros), 'REPLAY_FAILED', 3],
  ])('%s', (_title, change, code, sequence) => {
    const history = clone(tallyRun())
    change(history)
    const error = thrownBy<RunError>(() => restoreRun(tally, history))
    expect(error).toMatchObject({ code, sequence })
    expect(error.message).toContain(`sequence ${sequence}`)
  })

  test('that its machine no longer takes', () => {
    const changed = (on: object) =>
      machineOf(
        undefined as never,
        { name: 'tally', version: '1', transition: undefined, on, isDone: (total: unknown) => total === 3 } as never,
      )
    const throws = () => {
      throw new Error('no longer')
    }
    expect(thrownBy<RunError>(() => restoreRun(changed({ ADD: throws }), tallyRun().toJSON()))).toMatchObject({
      code: 'REPLAY_FAILED',
      sequence: 1,
    })
    expect(thrownBy<RunError>(() => restoreRun(changed({ ADD: () => 3 }), tallyRun().toJSON()))).toMatchObject({
      code: 'REPLAY_FAILED',
      sequence: 2,
    })
    expect(thrownBy<RunError>(() => restoreRun(changed({}), tallyRun().toJSON()))).toMatchObject({
      code: 'REPLAY_FAILED',
      sequence: 3,
    })
    const random = changed({ ADD: () => Math.random() })
    expect(thrownBy<RunError>(() => restoreRun(random, tallyRun().toJSON()))).toMatchObject({
      code: 'REPLAY_FAILED',
      sequence: 1,
    })
    expect(
      thrownBy<RunError>(() => restoreRun(random, tallyRun().toJSON(), { checkDeterminism: false })),
    ).toMatchObject({
      sequence: 3,
    })
  })

  test('whose machine has another initial state, or none', () => {
    const other = machineOf((state) => state, { name: 'tally', initial: 1 })
    expect(thrownBy<RunError>(() => restoreRun(other, tallyRun().toJSON()))).toMatchObject({
      code: 'HISTORY_MISMATCH',
      sequence: 0,
    })
    const none = machineOf((state) => state, {
      name: 'tally',
      initial: () => {
        throw new Error('no')
      },
    })
    expect(thrownBy<RunError>(() => restoreRun(none, tallyRun().toJSON()))).toMatchObject({
      code: 'REPLAY_FAILED',
      sequence: 0,
    })
  })

  test.each([undefined, null, 1, '{}', true])('that is %j is refused as the wrong type', (history) => {
    expect(() => restoreRun(tally, history as never)).toThrow(TypeError)
    expect(() => replayRun(tally, history as never)).toThrow(TypeError)
  })

  test('is refused if it is for something that is not a machine', () => {
    expect(() => restoreRun({} as never, tallyRun().toJSON())).toThrow(TypeError)
    expect(() => replayRun(undefined as never, tallyRun().toJSON())).toThrow(TypeError)
  })
})

describe('a history that throws when it is read', () => {
  const revoked = (): never => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy as never
  }
  const { records } = createRun(tally).toJSON()
  const boo = {
    get oid(): string {
      throw new Error('boo')
    },
  }

  test('is refused with the sequence at which it does', () => {
    const histories: (readonly [history: unknown, sequence: number])[] = [
      [[records[0], boo], 1],
      [[records[0], revoked()], 1],
      [[records[0], { oid: 'a', parent: 'b', events: revoked() }], 1],
      [{ format: 'xmachines/1', records: [records[0], boo] }, 1],
      [revoked(), 0],
    ]
    for (const [history, sequence] of histories) {
      let refused: unknown
      try {
        restoreRun(tally, history as never)
      } catch (thrown) {
        refused = thrown
      }
      expect(refused).toMatchObject({ code: 'INVALID_HISTORY', sequence })
    }
  })

  test('is asked for again if it is a run or text', () => {
    for (const history of [createRun(tally), JSON.stringify(createRun(tally)), 5, null]) {
      expect(() => restoreRun(tally, history as never)).toThrow(/it must be what run.toJSON\(\) gives/)
    }
  })
})

describe('a schema', () => {
  const parsed = (events: z.ZodType<{ type: string; by: number }>) =>
    defineMachine<number, { type: string; by: number }>({
      name: 'm',
      version: '1',
      initial: 0,
      events,
      transition: (n, { by }) => n + by,
    })
  const strict = z.object({ type: z.literal('ADD'), by: z.number().max(5) })
  const loose = z.object({ type: z.string(), by: z.number() })

  test('is not asked again, unless revalidate says so', () => {
    const run = createRun(parsed(loose))
    run.in.send({ type: 'ADD', by: 1 })
    run.in.send([
      { type: 'ADD', by: 1 },
      { type: 'ADD', by: 9 },
    ])
    expect(restoreRun(parsed(strict), run.toJSON()).snapshot.current.state).toBe(11)
    const error = thrownBy<RunError>(() => restoreRun(parsed(strict), run.toJSON(), { revalidate: true }))
    expect(error).toMatchObject({ code: 'REPLAY_FAILED', sequence: 2 })
    expect(restoreRun(parsed(loose), run.toJSON(), { revalidate: true }).head).toBe(run.head)
  })

  test('that would change an event refuses it with revalidate', () => {
    const run = createRun(parsed(loose))
    run.in.send({ type: 'ADD', by: 1 })
    const changing = z.object({ type: z.string(), by: z.number().transform((by) => by + 1) })
    expect(thrownBy<RunError>(() => restoreRun(parsed(changing), run.toJSON(), { revalidate: true }))).toMatchObject({
      code: 'REPLAY_FAILED',
      sequence: 1,
    })
  })
})

test('a prefix of a history fed to createRun is a new run with an id of its own', () => {
  const run = tallyRun()
  const forked = createRun(tally)
  for (const record of run.toJSON().records.slice(1, 3)) forked.in.send((record as unknown as { events: never }).events)
  expect(forked.snapshot.current.state).toBe(6)
  expect(forked.id).not.toBe(run.id)
})
