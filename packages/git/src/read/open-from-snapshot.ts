// Opens a run from its latest snapshot, which is trusted: only what lies behind it is read, verified and replayed.

import { type BatchRecord, type Machine, type Run, RunError, type RunEvent } from '@xmachines/core'
import { restoreSnapshot } from '@xmachines/core/internal'
import { readGenesis } from '../objects/commit.ts'
import { objectFormat } from '../objects/object-id.ts'
import { corrupt } from '../objects/object-stream.ts'
import type { FoundRun, ReadingPlace } from '../repository-context.ts'
import { latestSnapshot } from './kept-snapshots.ts'
import { readBatches } from './stream-history.ts'

type AnyMachine = Machine<unknown, RunEvent, unknown, unknown>

/** The run, opened from its latest snapshot; undefined where it has none. */
export async function openSnapshot(
  place: ReadingPlace,
  machines: AnyMachine | readonly AnyMachine[],
  found: FoundRun,
): Promise<Run<unknown, RunEvent, unknown, unknown> | undefined> {
  const { id, head } = found
  const { name, version } = found.machine
  const latest = await latestSnapshot(place, found)
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
  const { parent: oid, position, state } = latest
  const object = await place.read(id)
  if (object === undefined) throw corrupt(id, 'it is missing', { run: id, sequence: 0 })
  const genesis = await readGenesis(object, place.format, place.read)
  const batches: BatchRecord<RunEvent>[] = []
  const after = { oid, sequence: latest.sequence }
  for await (const group of readBatches(place.git, place.format, genesis, after, head)) batches.push(...group)
  const snapshot = { genesis: genesis.record, ...after, position, state }
  return restoreSnapshot(machine, snapshot, batches, { head, format: objectFormat(place.format) })
}
