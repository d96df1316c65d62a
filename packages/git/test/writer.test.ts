/** The writer serves every source, and the faults of one do not affect the others. */
import { gitObject } from '@xmachines/core/internal'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { objectFormat } from '../src/objects/object-id.ts'
import { RefMismatch } from '../src/refs/ref-moves.ts'
import { createWriter, type NextPortion, type Source, type Writer } from '../src/write/writer.ts'
import { makeFolder } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
afterEach(() => vi.restoreAllMocks())

/** The moves that the writer made, in order: each is the refs of one round. */
let rounds: string[][] = []

/** A writer whose refs move as they should, except for one that always points elsewhere. */
function makeWriter(): Writer {
  rounds = []
  return createWriter(
    {
      format: 'sha1',
      gitDirectory: folder.path,
      packDirectory: folder.path,
      mover: {
        async move(moves) {
          rounds.push(moves.map(({ ref }) => ref))
          return moves.map(({ ref }) => (ref === 'elsewhere' ? new RefMismatch(undefined) : undefined))
        },
        close: () => undefined,
      },
      ensureMachine: async ({ ref }) => {
        if (ref === 'broken machine') throw new Error('broken')
      },
      packWritten: () => undefined,
    },
    { durable: false },
  )
}

interface TestSource extends Source {
  /** What the writer answers about its portion. */
  readonly answered: Promise<unknown>
}

/** A source that has one object to write. */
function makeSource(
  ref: string,
  faults: { next?: () => Promise<NextPortion>; machine?: string; withdrawn?: true } = {},
): TestSource {
  const { oid, bytes } = gitObject(objectFormat('sha1'), 'blob', ref)
  let answer: (answer: unknown) => void = () => undefined
  const answered = new Promise((resolve) => {
    answer = resolve
  })
  return {
    ref,
    answered,
    async next(pack, written) {
      if (faults.next !== undefined) return await faults.next()
      void written.then(answer)
      pack.add(Buffer.from(oid, 'hex'), bytes)
      const machine = { ref: faults.machine ?? 'machine', oid }
      return {
        portion: { move: { ref, to: oid, from: undefined }, machine, withdrawn: faults.withdrawn ?? false },
        more: false,
      }
    },
  }
}

const broken = (): never => {
  throw new Error('broken')
}

test.each<[string, () => Promise<NextPortion>]>([
  ['rejects', async () => broken()],
  ['throws', broken],
])('a source whose next() %s stops neither the others nor the next group', async (_how, next) => {
  const warned = vi.spyOn(process, 'emitWarning').mockReturnValue()
  const writer = makeWriter()
  const [faulty, sound, later] = [makeSource('one', { next }), makeSource('two'), makeSource('three')]
  writer.pull(faulty)
  writer.pull(sound)
  expect(await sound.answered).toBe(undefined)
  expect(warned).toHaveBeenCalledWith(expect.stringMatching('the recorder of one failed: Error: broken'))
  writer.pull(later)
  expect(await later.answered).toBe(undefined)
  await writer.idle()
  expect(rounds).toEqual([['two'], ['three']])
})

test('each source of a group learns what became of its own portion', async () => {
  const writer = makeWriter()
  const sources = [makeSource('elsewhere'), makeSource('two'), makeSource('three', { machine: 'broken machine' })]
  for (const source of sources) writer.pull(source)
  const [mismatch, written, failed] = await Promise.all(sources.map(({ answered }) => answered))
  expect(mismatch).toBeInstanceOf(RefMismatch)
  expect(written).toBe(undefined)
  expect(failed).toMatchObject({ code: 'WRITE_FAILED', message: expect.stringContaining('broken machine') })
  expect(rounds).toEqual([['elsewhere', 'two']])
})

test('two sources of one ref are never in the same group', async () => {
  const writer = makeWriter()
  const sources = [makeSource('one'), makeSource('one'), makeSource('two')]
  for (const source of sources) writer.pull(source)
  await Promise.all(sources.map(({ answered }) => answered))
  expect(rounds).toEqual([['one', 'two'], ['one']])
})

test('the ref of a withdrawn portion does not move', async () => {
  const writer = makeWriter()
  const sound = makeSource('two')
  writer.pull(makeSource('one', { withdrawn: true }))
  writer.pull(sound)
  await sound.answered
  expect(rounds).toEqual([['two']])
})
