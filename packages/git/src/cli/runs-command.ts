// `xmachines runs`: lists the runs.

import { Command, InvalidArgumentError } from 'commander'
import { isMachineName } from '../machines.ts'
import type { RecordedRun, RunFilter } from '../read/list-runs.ts'
import { fetchAdvice } from './fetch-advice.ts'
import { listAll } from './list-all.ts'
import { optionsOf, type Shell, timeOf, withRepository } from './options.ts'
import type { Output, Piece } from './output.ts'
import { pageText } from './page-text.ts'
import { digitsOf, shortOid } from './run-ids.ts'
import { visible, visibleJson } from './visible.ts'

const EXAMPLES = `
With --json, each line is { id, machine: { name, version }, sequence, createdAt, head }. The sequence is the number of
batches. A history does not say when it was last written to. If a ref or an object cannot be read, the other runs are
listed, and the exit status is 1.

A plain "git clone" takes over no runs. If there are none and the repository has a remote, the command that fetches them
is printed.

Example:
  $ xmachines -C runs.git runs --machine door@1`

/** The command. */
export function runsCommand({ output }: Shell): Command {
  return new Command('runs')
    .summary('list the runs')
    .description('Lists the runs of a repository, without reading their histories.')
    .option('-m, --machine <name>', 'only runs of this machine: NAME, or NAME@VERSION', machineFilter)
    .addHelpText('after', pageText(EXAMPLES, output.page))
    .action(async (_options: object, command: Command) => {
      const options = optionsOf<RunFilter>(command)
      await withRepository(options, async (repository) => {
        const { machine } = options
        const { runs, fault } = await listAll(repository, machine === undefined ? {} : { machine })
        if (options.json) await printJson(output, runs)
        else if (runs.length > 0) await printTable(output, runs)
        if (fault !== undefined) throw fault
        if (runs.length > 0) return
        if (!options.json) output.complain(`there are no runs in ${visible(repository.directory)}\n`)
        const advice = await fetchAdvice(repository)
        if (advice !== undefined) output.complain(`${visible(advice)}\n`)
      })
    })
}

function machineFilter(text: string): NonNullable<RunFilter['machine']> {
  const [name = '', version, ...more] = text.split('@')
  if (!isMachineName(name, version ?? '1') || more.length > 0) {
    throw new InvalidArgumentError('It must be the name of a machine, or NAME@VERSION.')
  }
  return version === undefined ? name : { name, version }
}

async function printJson(output: Output, runs: readonly RecordedRun[]): Promise<void> {
  for (const { id, machine, sequence, createdAt, head } of runs) {
    await output.text(`${visibleJson({ id, machine, sequence, createdAt, head })}\n`)
  }
}

async function printTable(output: Output, runs: readonly RecordedRun[]): Promise<void> {
  const digits = digitsOf(runs.map(({ id }) => id))
  const rows = runs.map(({ id, machine: { name, version }, sequence, createdAt, head }) => [
    id.slice(0, digits),
    `${name}@${version}`,
    String(sequence),
    timeOf(createdAt),
    shortOid(head),
  ])
  const titles = ['ID', 'MACHINE', 'SEQUENCE', 'CREATED', 'HEAD']
  const widths = titles.map((title, at) =>
    rows.reduce((most, row) => Math.max(most, (row[at] as string).length), title.length),
  )
  const pad = (text: string, at: number): string =>
    at === 2 ? text.padStart(widths[at] as number) : text.padEnd(widths[at] as number)
  await output.row(['dim', titles.map(pad).join('  ').trimEnd()])
  for (const row of rows) {
    const [id = '', machine = '', sequence = '', created = '', head = ''] = row.map(pad)
    const pieces: Piece[] = [
      ['yellow', id],
      '  ',
      ['cyan', machine],
      '  ',
      sequence,
      '  ',
      created,
      '  ',
      ['dim', head],
    ]
    await output.row(...pieces)
  }
}
