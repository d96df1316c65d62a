/** A fork: the same machine, input and batches up to a sequence, an id of its own, and a genesis that says where from. */
import {
  createRun,
  defineMachine,
  forkRun,
  handleOutputs,
  type Run,
  replayRun,
  restoreRun,
  waitFor,
} from '@xmachines/core'
import { openOutsideHistory, recordable } from '@xmachines/core/internal'
import { sha256 } from '@xmachines/core/sha256'
import { afterAll, describe, expect, test } from 'vitest'
import { makeRepository } from './git.ts'
import { add, breaks, fail, finish, repeatable, tally } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { all, settled, take } from './streams.ts'

expectBugs()

type Steps = { readonly steps: readonly number[] }
type StepEvent = { type: 'STEP'; n: number } | { type: 'BUG' }
const walk = defineMachine<Steps, StepEvent, { type: 'stepped'; n: number }, { from: number }>({
  name: 'walk',
  version: '1',
  initial: ({ from }) => ({ steps: [from] }),
  on: {
    STEP: ({ steps }, { n }, emit) => {
      emit({ type: 'stepped', n })
      return { steps: [...steps, n] }
    },
    BUG: () => {
      throw new Error('a bug')
    },
  },
  isDone: ({ steps }) => steps.length > 5,
  isFatal: () => true,
})
const step = (n: number): StepEvent => ({ type: 'STEP', n })
const options = { ...repeatable, nonce: new Uint8Array(16).fill(7) }

function walked(count: number): Run<Steps, StepEvent, { type: 'stepped'; n: number }, { from: number }> {
  const run = createRun(walk, { ...repeatable, input: { from: 0 } })
  for (let n = 1; n <= count; n++) run.in.send(n === 2 ? [step(2), step(20)] : step(n))
  return run
}

describe('a fork', () => {
  test('has the batches up to a sequence, and goes on apart from its source', () => {
    const run = walked(3)
    const { id, head } = run
    const states = [[0], [0, 1], [0, 1, 2, 20], [0, 1, 2, 20, 3]]
    states.forEach((steps, sequence) => {
      const fork = forkRun(run, sequence)
      expect(fork.snapshot.current).toEqual({ state: { steps }, status: 'active', sequence })
      expect(fork.machine).toBe(run.machine)
      expect(
        fork
          .toJSON()
          .records.slice(1)
          .map((record) => 'events' in record && record.events),
      ).toEqual(
        run
          .toJSON()
          .records.slice(1, sequence + 1)
          .map((record) => 'events' in record && record.events),
      )
      fork.in.send(step(9))
      expect(fork.state.steps).toEqual([...steps, 9])
    })
    expect([run.id, run.head, run.snapshot.current.sequence]).toEqual([id, head, 3])
  })

  test('has an id of its own, whose genesis says from which commit it was forked', () => {
    const run = walked(3)
    const oids = run.toJSON().records.map(({ oid }) => oid)
    for (const [sequence, oid] of oids.entries()) {
      const fork = forkRun(run, sequence)
      expect(fork.genesis).toMatchObject({
        oid: fork.id,
        forkedFrom: oid,
        input: { from: 0 },
        machine: run.genesis.machine,
      })
      expect(oids).not.toContain(fork.id)
    }
    expect(forkRun(run, 2).id).not.toBe(forkRun(run, 2).id)
    expect(forkRun(run, 2, options).id).toBe(forkRun(run, 2, options).id)
    expect(forkRun(run, 2, options).id).not.toBe(forkRun(run, 1, options).id)
    expect(run.genesis).not.toHaveProperty('forkedFrom')
  })

  test('begins after what was copied: no old output fires, and position counts them all', async () => {
    for (const sequence of [2, 3]) {
      const run = walked(3)
      const fork = forkRun(run, sequence)
      const position = sequence + 1
      expect([fork.start, fork.position]).toEqual([position, position])
      expect(fork.snapshot.initial).toBe(fork.snapshot.current)
      const seen: number[] = []
      const handled = handleOutputs(fork, { stepped: ({ n }) => void seen.push(n) })
      fork.in.send(step(8))
      await settled()
      expect(seen).toEqual([8])
      const old = await take(fork.ports({ from: 'start' }).out, position)
      expect(old).toEqual([1, 2, 20, 3].slice(0, position).map((n) => ({ type: 'stepped', n })))
      fork.in.send({ type: 'BUG' })
      await handled
    }
  })

  test('at the head shares the state of its source', () => {
    const run = walked(3)
    expect(forkRun(run, 3).state).toBe(run.state)
  })

  test('of a run that is done is done at the head, and active before it', () => {
    const run = walked(4)
    expect(run.snapshot.current.status).toBe('done')
    const fork = forkRun(run, 4)
    expect(fork.snapshot.current).toMatchObject({ status: 'done', sequence: 4 })
    expect(fork.in.send(step(1))?.code).toBe('RUN_DONE')
    const before = forkRun(run, 3)
    expect(before.in.send(step(1))).toBeUndefined()
    expect(before.snapshot.current.status).toBe('done')
  })

  test('of a run that failed is active, and its err has no old refusal', async () => {
    const run = walked(3)
    run.in.send({ type: 'BUG' })
    expect(run.snapshot.current.status).toBe('error')
    const fork = forkRun(run, 3)
    expect(fork.snapshot.current.status).toBe('active')
    expect(fork.error).toBeUndefined()
    fork.in.send({ type: 'BUG' })
    expect(await all(fork.err)).toHaveLength(1)
    const lenient = createRun(tally)
    lenient.in.send([add(1), breaks])
    const quiet = forkRun(lenient, 0)
    quiet.in.send(finish)
    expect(await all(quiet.err)).toEqual([])
  })

  test('can be forked again', () => {
    const fork = forkRun(forkRun(walked(3), 2), 1)
    expect(fork.state).toEqual({ steps: [0, 1] })
    expect(fork.genesis.forkedFrom).toMatch(/^[0-9a-f]{40}$/)
    expect(restoreRun(walk, fork.toJSON()).genesis).toEqual(fork.genesis)
  })

  test('is saved, restored, replayed, waited for and verified as any run is', async () => {
    const fork = forkRun(walked(3), 2)
    fork.in.send(step(5))
    const file: unknown = JSON.parse(JSON.stringify(fork))
    const restored = restoreRun(walk, file as never, { head: fork.head })
    expect([restored.id, restored.head, restored.start]).toEqual([fork.id, fork.head, 4])
    expect(restored.genesis).toEqual(fork.genesis)
    expect(replayRun(walk, file as never).id).toBe(fork.id)
    expect((await take(fork.history(), 1))[0]).toEqual(fork.genesis)
    expect((await waitFor(fork, ({ sequence }) => sequence === 3)).state).toEqual({ steps: [0, 1, 2, 20, 5] })
    const outside = openOutsideHistory(file)
    expect(Buffer.from(outside.commits({ ...formatOf() }, { steps: [0] }).digestAt(3)).toString('hex')).toBe(fork.head)
    expect(recordable(fork).genesis().at(-1)?.oid).toBe(fork.id)
  })

  test('in a tampered history is found out', () => {
    const file = JSON.parse(JSON.stringify(forkRun(walked(2), 1)))
    const forged = structuredClone(file)
    forged.records[0].forkedFrom = 'f'.repeat(40)
    expect(() => restoreRun(walk, forged)).toThrow(/the oid of the genesis is/)
    delete forged.records[0].forkedFrom
    expect(() => restoreRun(walk, forged)).toThrow(/the oid of the genesis is/)
    for (const wrong of ['', 'f'.repeat(64), 'F'.repeat(40), 1, null, `${'f'.repeat(40)}\n`]) {
      const malformed = structuredClone(file)
      malformed.records[0].forkedFrom = wrong
      expect(() => restoreRun(walk, malformed)).toThrow(/the genesis record is malformed: forkedFrom is/)
    }
  })

  test('takes a createdAt and a nonce as createRun does', () => {
    const run = walked(1)
    expect(forkRun(run, 1, options).genesis).toMatchObject({
      createdAt: repeatable.createdAt,
      nonce: '07'.repeat(16),
    })
    expect(() => forkRun(run, 1, { createdAt: -1 })).toThrow(RangeError)
    expect(() => forkRun(run, 1, { createdAt: '1' as never })).toThrow(TypeError)
    expect(() => forkRun(run, 1, { nonce: new Uint8Array(3) })).toThrow(RangeError)
  })

  test.each([-1, 4, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('at sequence %s is refused', (sequence) => {
    expect(() => forkRun(walked(3), sequence)).toThrow(RangeError)
    expect(() => forkRun(walked(3), sequence)).toThrow(
      /the sequence is .*; it must be a sequence of the run, from 0 to 3/,
    )
  })

  test('needs a run of this core, and a number', () => {
    expect(() => forkRun({} as never, 0)).toThrow(/run is an object; it must be made by createRun/)
    expect(() => forkRun(walked(1), '1' as never)).toThrow(TypeError)
    expect(() => forkRun(walked(1), undefined as never)).toThrow(/the sequence is undefined; it must be a number/)
  })

  test('keeps the object format and the way of stepping of its source', () => {
    const run = createRun(tally, { format: sha256 })
    run.in.send(add(1))
    const fork = forkRun(run, 1)
    expect(fork.genesis).toMatchObject({ format: 'sha256', forkedFrom: run.head })
    expect(fork.id).toHaveLength(64)
    expect(restoreRun(tally, fork.toJSON(), { format: sha256 }).id).toBe(fork.id)
    let steps = 0
    const counting = defineMachine<number, { type: 'GO' }>({
      name: 'counting',
      version: '1',
      initial: 0,
      on: { GO: (n) => (steps++, n + 1) },
    })
    for (const [checkDeterminism, expected] of [
      [true, 2],
      [false, 1],
    ] as const) {
      const once = forkRun(createRun(counting, { checkDeterminism }), 0)
      steps = 0
      once.in.send({ type: 'GO' })
      expect(steps).toBe(expected)
    }
  })

  test('lets its source fail and end without it', () => {
    const run = createRun(tally)
    run.in.send(add(1))
    const fork = forkRun(run, 1)
    run.in.send(fail)
    run.in.send(finish)
    expect(fork.snapshot.current).toMatchObject({ status: 'active', sequence: 1 })
  })
})

describe.each([
  ['sha1' as const, undefined],
  ['sha256' as const, sha256],
])('the genesis of a fork in %s', (name, format) => {
  const repository = makeRepository(name)
  afterAll(() => repository.remove())

  test('is the commit that real git makes of the same bytes', () => {
    const { git } = repository
    const run = createRun(walk, { ...repeatable, input: { from: 0 }, ...(format && { format }) })
    run.in.send(step(1))
    const fork = forkRun(run, 1, options)
    const write = (type: string, content: string): string => git(['hash-object', '-t', type, '-w', '--stdin'], content)
    const tree = (files: Record<string, string>): string =>
      git(
        ['mktree'],
        Object.entries(files)
          .map(([file, content]) => `100644 blob ${write('blob', content)}\t${file}\n`)
          .join(''),
      )
    const machineFile = { 'machine.json': '{"name":"walk","version":"1"}\n' }
    const files = { 'initial.json': '{"steps":[0]}\n', 'input.json': '{"from":0}\n', ...machineFile }
    const who = 'XMachines <noreply@xmachines.invalid>'
    const dates = (at: number): string => `author ${who} ${at} +0000\ncommitter ${who} ${at} +0000\n\n`
    const machine = write('commit', `tree ${tree(machineFile)}\n${dates(0)}machine walk@1\n`)
    const message = `run walk@1\n\nNonce: ${'07'.repeat(16)}\nForked-From: ${run.head}\n`
    const genesis = write('commit', `tree ${tree(files)}\nparent ${machine}\n${dates(repeatable.createdAt)}${message}`)
    expect(fork.id).toBe(genesis)
    expect(fork.id).toBe(golden[name])
    expect(git(['log', '-1', '--format=%(trailers:key=Forked-From,valueonly)', genesis])).toContain(run.head)
  })
})

/** What the installed `git` gave for these very bytes, when this was written. */
const golden = {
  sha1: '1e7cd4215f85a3a0053622b26fed158080507aee',
  sha256: '6f2e14b87fe6970b3d6390183c27ee7aa6faf54666b0df72ccccdc0798567101',
}

function formatOf() {
  return { name: 'sha1' as const, hash: recordable(createRun(tally)).format.hash }
}
