/** The writer serves whoever has something to write, and the trouble of one is not that of the others. */
import { gitObject } from '@xmachines/core/internal'
import { afterAll, expect, test, vi } from 'vitest'
import { objectFormat } from '../src/objects/object-id.ts'
import { RefMismatch } from '../src/refs/ref-moves.ts'
import { createWriter, type Source, type Writer } from '../src/write/writer.ts'
import { makeFolder } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

/** A writer whose refs move as they are told to, but for one that is always elsewhere. */
function makeWriter(): Writer {
  return createWriter({
    format: 'sha1',
    gitDirectory: folder.path,
    packDirectory: folder.path,
    durable: false,
    mover: {
      move: async (moves) => moves.map(({ ref }) => (ref === 'elsewhere' ? new RefMismatch(undefined) : undefined)),
      close: () => undefined,
    },
    ensureMachine: async () => undefined,
    onPack: () => undefined,
  })
}

/** Someone who has one object to write; `faults` are of its own making. */
function makeSource(ref: string, faults: Partial<Source> = {}): Source & { recorded: number } {
  const { oid, bytes } = gitObject(objectFormat('sha1'), 'blob', ref)
  const source = {
    ref,
    sequence: 1,
    recorded: 0,
    failure: undefined,
    prepare: async () => undefined,
    collect(pack: Parameters<Source['collect']>[0]) {
      pack.add(Buffer.from(oid, 'hex'), bytes)
      return { sequence: 1, move: { ref, to: oid, from: undefined }, machine: { ref: 'machine', oid } }
    },
    written: () => {
      source.recorded = 1
    },
    overtaken: async () => undefined,
    failed: () => undefined,
    ...faults,
  }
  return source
}

const broken = (): never => {
  throw new Error('broken')
}

test.each<[string, string, Partial<Source>]>([
  ['cannot tell where its ref stands', 'one', { prepare: async () => broken() }],
  ['cannot give what it has', 'one', { collect: broken }],
  ['cannot take that it is written', 'one', { written: broken }],
  ['cannot take that its ref stood elsewhere', 'elsewhere', { overtaken: async () => broken() }],
])('one that %s, nor that it failed, has neither the others wait nor the next', async (_how, ref, faults) => {
  const warned = vi.spyOn(process, 'emitWarning').mockReturnValue()
  const writer = makeWriter()
  const faulty = makeSource(ref, { ...faults, failed: broken })
  const [sound, later] = [makeSource('two'), makeSource('three')]
  writer.enqueue(faulty)
  writer.enqueue(sound)
  await writer.idle()
  expect(sound.recorded).toBe(1)
  expect(warned).toHaveBeenCalledWith(expect.stringMatching(`the recorder of ${ref} failed: Error: broken.*broken`))
  writer.enqueue(later)
  await writer.idle()
  expect(later.recorded).toBe(1)
  vi.restoreAllMocks()
})
