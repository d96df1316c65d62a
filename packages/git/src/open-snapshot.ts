// Opens a run from its latest snapshot, which is trusted: only what lies behind it is read, verified and replayed.

import { type BatchRecord, type Machine, type Run, RunError, type RunEvent } from '@xmachines/core'
import { restoreSnapshot } from '@xmachines/core/recording'
import { readCommit, readGenesis, readTree } from './commit-text.ts'
import { readBatches } from './history-reader.ts'
import { objectFormat } from './object-id.ts'
import { corrupt, type ReadObject } from './object-stream.ts'
import type { FoundRun, ReadingPlace } from './reading-place.ts'
import { snapshotRefs } from './ref-names.ts'

type AnyMachine = Machine<unknown, RunEvent, unknown, unknown>

/** The run, opened from its latest snapshot; undefined where it has none. */
export async function openSnapshot(
  place: ReadingPlace,
  machines: AnyMachine | readonly AnyMachine[],
  { id, head, sequence, machine: { name, version } }: FoundRun,
): Promise<Run<unknown, RunEvent, unknown, unknown> | undefined> {
  const latest = (await listSnapshots(place, name, id)).findLast(({ at }) => at <= sequence)
  if (latest === undefined) return undefined
  const given: readonly AnyMachine[] = [machines].flat()
  const machine = given.find((one) => one.name === name && one.version === version)
  if (machine === undefined) {
    const names = given.map((one) => `${one.name}@${one.version}`).join(', ')
    throw new RunError(
      'MACHINE_MISMATCH',
      `the run is of ${name}@${version}, and the machines given are ${names || 'none'}`,
    )
  }
  const where = { run: id, sequence: latest.at }
  const need = async (oid: string): Promise<ReadObject> => {
    const object = await place.read(oid)
    if (object === undefined) throw corrupt(oid, 'it is missing', where)
    return object
  }
  const commit = readCommit(await need(latest.oid))
  if (commit?.parent === undefined) throw corrupt(latest.oid, 'it is not a snapshot', where)
  const files = readTree(await need(commit.tree), place.format)
  const file = async (path: string): Promise<unknown> =>
    JSON.parse((await need(files.get(path) ?? path)).content.toString())
  const about = (await file('snapshot.json')) as { readonly sequence: number; readonly position: number }
  if (about.sequence !== latest.at) throw corrupt(latest.oid, `it is of sequence ${about.sequence}`, where)
  const genesis = await readGenesis(await need(id), place.format, place.read)
  const batches: BatchRecord<RunEvent>[] = []
  const after = { oid: commit.parent, sequence: latest.at }
  for await (const group of readBatches(place.git, place.format, genesis, after, head)) batches.push(...group)
  const snapshot = { genesis: genesis.record, ...about, oid: commit.parent, state: await file('state.json') }
  return restoreSnapshot(machine, snapshot, batches, { head, format: objectFormat(place.format) })
}

/** The snapshots of a run, the earliest first. */
export async function listSnapshots(
  { git }: ReadingPlace,
  name: string,
  id: string,
): Promise<{ readonly ref: string; readonly oid: string; readonly at: number }[]> {
  const under = snapshotRefs(name, id)
  const printed = (await git.run(['for-each-ref', '--format=%(refname) %(objectname)', under])).toString()
  return printed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [ref = '', oid = ''] = line.split(' ')
      return { ref, oid, at: Number(ref.slice(under.length)) }
    })
    .filter(({ at }) => Number.isInteger(at))
    .toSorted((one, other) => one.at - other.at)
}
