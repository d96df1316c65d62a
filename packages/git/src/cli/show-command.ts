// `xmachines show ID`: shows a run, one of its batches, and the state after it.

import { type BatchRecord, type GenesisRecord, type HistoryRecord, type RunEvent, restoreRun } from '@xmachines/core'
import { Command } from 'commander'
import type { AnyMachine } from '../machines.ts'
import { objectFormat } from '../objects/object-id.ts'
import type { HistoryRange } from '../read/history-range.ts'
import { counted } from '../read/progress.ts'
import type { Repository } from '../repository.ts'
import { CommandError } from './command-error.ts'
import { jsonLines } from './json-page.ts'
import { machineOption, optionsOf, type Shell, timeOf, wholeNumber, withRepository } from './options.ts'
import type { Output } from './output.ts'
import { pageText } from './page-text.ts'
import { withProgress } from './progress-bar.ts'
import { resolveId } from './run-ids.ts'
import { visibleJson } from './visible.ts'

interface ShowOptions {
  readonly at?: number
  readonly machine?: readonly string[]
}

/** A state, and where it comes from. */
interface ShownState {
  readonly stateFrom: 'genesis' | 'snapshot' | 'machine'
  readonly state: unknown
  readonly status: string | undefined
}

const EXAMPLES = `
The state comes from a snapshot that is kept at that batch, which is trusted, or from --machine, which replays the run.

With --json, it prints one line: { id, machine: { name, version }, format, createdAt, nonce, input, forkedFrom, sequence,
head, snapshots, at, oid, events, stateFrom, state, status }. stateFrom is "machine", "snapshot" or "genesis"; if the
state is not known, it is null, and state and status are left out.

Example, the state after the third batch:
  $ xmachines show 2903140d --at 3 --machine ./door.mjs`

/** The command. */
export function showCommand({ output, machines: loader }: Shell): Command {
  return new Command('show')
    .summary('show a run and its state')
    .description('Shows a run, the events of one of its batches, and the state after them.')
    .argument('<id>', 'the id of the run, or its first digits')
    .option('--at <n>', 'the sequence of the batch (default: the latest)', wholeNumber(0))
    .addOption(machineOption('an ES module that exports the machine, to replay the run for its state'))
    .addHelpText('after', pageText(EXAMPLES, output.page))
    .action(async (given: string, _options: object, command: Command) => {
      const options = optionsOf<ShowOptions>(command)
      const machines = await loader.load(options.machine)
      await withRepository(options, async (repository) => {
        const id = await resolveId(repository, given)
        const { head, sequence } = await repository.find(id)
        const at = options.at ?? sequence
        if (at > sequence)
          throw new CommandError(
            `--at is ${at}, but the run ${id} is recorded up to sequence ${sequence}; give a smaller number`,
          )
        const [genesis] = (await recordsOf(repository, id, { from: 0, to: 0 })) as [GenesisRecord]
        const [record] =
          at === 0 ? [genesis] : ((await recordsOf(repository, id, { from: at, to: at })) as [BatchRecord<RunEvent>])
        const known =
          machines === undefined
            ? await keptState(repository, id, at)
            : await replayedState(repository, id, at, machines, output)
        const snapshots = (await repository.snapshots(id)).map((kept) => kept.sequence)
        const shown = { genesis, sequence, head, snapshots, at, record, known }
        if (options.json) await output.text(`${visibleJson(toJson(shown))}\n`)
        else await print(output, shown)
      })
    })
}

interface Shown {
  readonly genesis: GenesisRecord
  readonly sequence: number
  readonly head: string
  readonly snapshots: readonly number[]
  readonly at: number
  readonly record: HistoryRecord<RunEvent>
  readonly known: ShownState | undefined
}

async function recordsOf(repository: Repository, id: string, range: HistoryRange): Promise<HistoryRecord<RunEvent>[]> {
  const records: HistoryRecord<RunEvent>[] = []
  for await (const record of repository.history(id, range)) records.push(record)
  return records
}

async function keptState(repository: Repository, id: string, at: number): Promise<ShownState | undefined> {
  const kept = await repository.stateAt(id, at)
  return kept === undefined ? undefined : { stateFrom: kept.keptBy, state: kept.state, status: kept.status }
}

async function replayedState(
  repository: Repository,
  id: string,
  at: number,
  machines: readonly AnyMachine[],
  output: Output,
): Promise<ShownState> {
  const records = await recordsOf(repository, id, { to: at })
  return await withProgress(output, 'replaying', async (onProgress) => {
    const replayed = counted(records, (taken) => onProgress(taken, at + 1))
    const run = restoreRun(machines, replayed, { format: objectFormat(repository.format) })
    const { state, status } = run.snapshot.current
    return { stateFrom: 'machine', state, status }
  })
}

function toJson({ genesis, sequence, head, snapshots, at, record, known }: Shown): object {
  const { oid: id, machine, format, createdAt, nonce, input, forkedFrom } = genesis
  const { name, version } = machine
  const run = { id, machine: { name, version }, format, createdAt, nonce, input, forkedFrom, sequence, head, snapshots }
  const events = 'events' in record ? record.events : []
  return { ...run, at, oid: record.oid, events, ...(known ?? { stateFrom: null }) }
}

async function print(output: Output, { genesis, sequence, head, snapshots, at, record, known }: Shown): Promise<void> {
  const { oid, machine, format, createdAt, nonce, input, forkedFrom } = genesis
  const field = (name: string, text: string): Promise<void> => output.line(['dim', name.padEnd(11)], text)
  await output.line(['dim', 'run'.padEnd(11)], ['yellow', oid])
  await output.line(['dim', 'machine'.padEnd(11)], ['cyan', `${machine.name}@${machine.version}`])
  await field('format', format)
  await field('created', timeOf(createdAt))
  await field('nonce', nonce)
  if (input !== undefined) await field('input', JSON.stringify(input))
  if (forkedFrom !== undefined) await field('fork of', forkedFrom)
  await field('sequence', String(sequence))
  await field('head', head)
  await field('snapshots', snapshots.length === 0 ? 'none' : `at ${snapshots.join(', ')}`)
  await output.line()
  await field('at', at === 0 ? '0, the genesis' : String(at))
  await output.line(['dim', 'commit'.padEnd(11)], ['yellow', record.oid])
  const events = 'events' in record ? record.events : []
  for (const [nth, event] of events.entries()) await field(nth === 0 ? 'events' : '', JSON.stringify(event))
  if (known === undefined) {
    const unknown = `not known: no snapshot is kept at ${at}; give --machine FILE to replay the run`
    await field('state', unknown)
    return
  }
  // A short state is one line; a long one is broken, so that it can be read.
  for (const [nth, text] of jsonLines(known.state, output.page - 11).entries())
    await field(nth === 0 ? 'state' : '', text)
  if (known.status !== undefined) await field('status', known.status)
  const from = { genesis: 'the genesis', snapshot: 'the snapshot kept there, which is trusted', machine: 'a replay' }
  await field('from', from[known.stateFrom])
}
