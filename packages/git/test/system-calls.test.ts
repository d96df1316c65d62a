/**
 * What is acknowledged is on disk, by the order of the system calls of Node and of its git: each step ends before the
 * next begins.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { git, makeFolder, makeRepository } from './repositories.ts'
import { type Call, traceCalls } from './system-calls.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

/** The step that a call belongs to, by its kind and its file; undefined if it fits no step. */
function stepOf({ kind, path, to }: Call, repository: string): string | undefined {
  if (kind === 'tell') return path.startsWith('safe ') ? 'tell' : 'begin and end'
  const name = path.slice(repository.length + 1)
  const temporary = /^objects\/pack\/xmachines-[^/]*\.(pack|idx|keep)\.tmp$/.exec(name)?.[1]
  if (kind === 'create' || kind === 'write') {
    if (temporary !== undefined) return `write ${temporary}`
    if (/^refs\/.*\.lock$/.test(name)) return `write ${refOf(name)}`
  }
  if (kind === 'rename' && temporary !== undefined) {
    return new RegExp(`/objects/pack/pack-[0-9a-f]+\\.${temporary}$`).test(to) ? `rename ${temporary}` : undefined
  }
  if (kind === 'rename' && name.startsWith('refs/') && path === `${to}.lock`) return `rename ${refOf(name)}`
  if (kind === 'sync') {
    if (temporary !== undefined) return `sync ${temporary}`
    if (name === 'objects/pack') return 'sync packs'
    if (/^refs\/.*\.lock$/.test(name)) return `sync ${refOf(name)}`
    if (/^refs(\/|$)/.test(name)) return 'sync folders of refs'
  }
  if (kind === 'make folder' && name.startsWith('refs/')) return `write ${refOf(name)}`
  if (kind === 'remove' && /^objects\/pack\/pack-[0-9a-f]+\.keep$/.test(name)) return 'remove keep'
  return undefined
}

/** Whether a file is of the ref of receipts, or of another ref. */
function refOf(name: string): 'receipt' | 'ref' {
  return name.startsWith('refs/receipts') ? 'receipt' : 'ref'
}

/** The calls of each batch, by their steps: those between its acknowledgement and the previous one. */
function batchesOf(calls: readonly Call[], repository: string): Map<string, Call[]>[] {
  const batches: Map<string, Call[]>[] = []
  let steps = new Map<string, Call[]>()
  for (const call of calls) {
    const step = stepOf(call, repository)
    if (step === undefined) throw new Error(`nothing is known that this could be for: ${JSON.stringify(call)}`)
    if (step === 'begin and end') continue
    steps.set(step, [...(steps.get(step) ?? []), call])
    if (step !== 'remove keep') continue
    batches.push(steps)
    steps = new Map()
  }
  return batches
}

/** In each batch, all calls of the one step end before any of the other begins. */
function expectBefore(batches: readonly Map<string, Call[]>[], one: string, other: string): void {
  expect(batches.length).toBeGreaterThan(0)
  for (const steps of batches) {
    const [before, after] = [steps.get(one) ?? [], steps.get(other) ?? []]
    expect([before.length > 0, after.length > 0]).toEqual([true, true])
    expect(Math.max(...before.map(({ end }) => end))).toBeLessThan(Math.min(...after.map(({ begin }) => begin)))
  }
}

/** The order without the syncing steps: it holds for both durabilities. */
const ORDER = [
  ['write keep', 'rename keep'],
  ['write pack', 'rename pack'],
  ['write idx', 'rename idx'],
  ['rename keep', 'rename pack'],
  ['rename pack', 'rename idx'],
  ['rename idx', 'write receipt'],
  ['rename idx', 'write ref'],
  // Git locks both refs before it moves one, and that of the receipt first.
  ['write receipt', 'rename receipt'],
  ['write ref', 'rename receipt'],
  ['rename receipt', 'rename ref'],
  ['write ref', 'rename ref'],
  ['rename ref', 'tell'],
  ['rename ref', 'remove keep'],
] as const
const DURABLE_ORDER = [
  ['write pack', 'sync pack'],
  ['write idx', 'sync idx'],
  ['sync pack', 'rename pack'],
  ['sync idx', 'rename pack'],
  ['rename idx', 'sync packs'],
  ['sync packs', 'write receipt'],
  ['sync packs', 'write ref'],
  ['write receipt', 'sync receipt'],
  ['sync receipt', 'rename receipt'],
  ['sync ref', 'rename receipt'],
  ['write ref', 'sync ref'],
  ['sync ref', 'rename ref'],
  ['rename ref', 'sync folders of refs'],
  ['sync folders of refs', 'tell'],
  ['sync folders of refs', 'remove keep'],
] as const

describe.skipIf(process.platform !== 'linux').each(['sha1', 'sha256'] as const)('in %s', (format) => {
  const batches: Record<'disk' | 'process', Map<string, Call[]>[]> = { disk: [], process: [] }
  const synced: Record<'disk' | 'process', Call[]> = { disk: [], process: [] }
  /** The calls until what was there already is acknowledged. */
  const before: Record<'disk' | 'process', string[]> = { disk: [], process: [] }

  beforeAll(async () => {
    // The first run makes HEAD and the branch of the machine; the traced part continues with the second.
    const { directory } = await makeRepository(folder, format)
    await traceCalls(directory, 'traced-child.ts', [directory, 'process', '1'])
    const ref = git(directory, 'for-each-ref', '--format=%(refname)', 'refs/runs')
    const id = ref.slice(ref.lastIndexOf('/') + 1)
    for (const durability of ['disk', 'process'] as const) {
      const { calls } = await traceCalls(directory, 'traced-child.ts', [directory, durability, '3', id])
      const begun = calls.findIndex(({ kind, path }) => kind === 'tell' && path === 'begun')
      batches[durability] = batchesOf(calls.slice(begun), directory)
      synced[durability] = calls.filter(({ kind }) => kind === 'sync')
      before[durability] = calls.slice(0, begun).map(({ kind, path }) => `${kind} ${path.replace(`${directory}/`, '')}`)
    }
  })

  test.each([...ORDER, ...DURABLE_ORDER])('on disk, %s comes before %s', (one, other) => {
    expect(batches.disk).toHaveLength(3)
    expectBefore(batches.disk, one, other)
  })

  test('on disk, the entries of the ref and of each of its folders are synced', () => {
    const folders = batches.disk.map((steps) =>
      steps.get('sync folders of refs')!.map(({ path }) => path.replace(/^.*\.git\//, '')),
    )
    const run = ['refs', 'refs/receipts', 'refs/receipts/tally', 'refs/runs', 'refs/runs/tally']
    const machine = ['refs/heads', 'refs/heads/machines', 'refs/heads/machines/tally']
    expect(folders.map((paths) => paths.toSorted())).toEqual([[...run, ...machine].toSorted(), run, run])
  })

  test('on disk, what others wrote is synced before it is acknowledged', () => {
    const acknowledged = before.disk.indexOf('tell safe 1')
    const files = before.disk.slice(0, acknowledged).map((call) => call.replace(/[0-9a-f]{40,}/, 'ID'))
    expect(files).toEqual(expect.arrayContaining(['sync objects/pack/pack-ID.pack', 'sync objects/pack/pack-ID.idx']))
    expect(files).toEqual(
      expect.arrayContaining(['sync objects/pack', 'sync refs/runs/tally/ID', 'sync refs/runs/tally']),
    )
  })

  test.each(ORDER)('for the process, %s comes before %s', (one, other) => {
    expect(batches.process).toHaveLength(3)
    expectBefore(batches.process, one, other)
  })

  test('for the process, nothing is synced', () => {
    expect(synced.process).toEqual([])
  })
})
