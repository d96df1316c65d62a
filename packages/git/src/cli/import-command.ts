// `xmachines import FILE`: takes a saved run into the repository.

import { resolve } from 'node:path'
import { type GenesisRecord, type History, restoreRun } from '@xmachines/core'
import { Command } from 'commander'
import { openOutsideHistory } from '../core-internals.ts'
import { GitError } from '../git-error.ts'
import type { AnyMachine } from '../machines.ts'
import { objectFormat } from '../objects/object-id.ts'
import { openRepository } from '../opening/open-repository.ts'
import type { ImportOptions } from '../record/import-history.ts'
import type { Repository } from '../repository.ts'
import { CommandError, reworded } from './command-error.ts'
import { type GlobalOptions, isMissing, machineOption, optionsOf, type Shell } from './options.ts'
import { pageText } from './page-text.ts'
import { withProgress } from './progress-bar.ts'
import { readRunFile } from './read-run-file.ts'
import { visibleJson } from './visible.ts'

interface ImportCommandOptions extends GlobalOptions {
  readonly machine?: readonly string[]
  readonly create?: true
}

const EXAMPLES = `
All of the file is verified before anything is written. A new run needs its machine, because a file does not hold the
initial state. If the repository has the run, no machine is needed, and a file with another history of the run is refused.

The file may be of any size: it is read record by record. What "log --json" prints is a history too, if it is all of it.

With --json, it prints one line: { id, machine: { name, version }, sequence, head, before, replayed }. before is the
sequence that the repository had; -1 if the run is new.

Examples:
  $ xmachines -C runs.git import --create --machine ./door.mjs door-2903140.run.json
  $ curl -s https://example.com/run.json | xmachines import -
  $ xmachines -C runs.git log 2903140d --json | xmachines -C copy.git import --machine ./door.mjs`

/** The command. */
export function importCommand({ output, machines: loader }: Shell): Command {
  return new Command('import')
    .summary('take a saved run into the repository')
    .description('Takes a run that run.toJSON(), export or log --json saved into the repository.')
    .argument('[file]', 'the document, or NDJSON with a record on each line; - is the standard input, as is nothing')
    .addOption(machineOption('an ES module that exports the machine, to replay the run'))
    .option('--create', 'make the repository if there is none')
    .addHelpText('after', pageText(EXAMPLES, output.page))
    .action(async (file: string | undefined, _options: object, command: Command) => {
      const options = optionsOf<ImportCommandOptions>(command)
      const machines = await loader.load(options.machine)
      const history = await readRunFile(file)
      const { machine } = openOutsideHistory(history).genesis
      const repository = await openFor(history, options, machines)
      try {
        const { id, head, sequence, before } = await withProgress(output, 'importing', (onProgress) => {
          const importing: ImportOptions = machines === undefined ? { onProgress } : { machine: machines, onProgress }
          return repository.import(history, importing)
        })
        const { name, version } = machine
        const replayed = machines !== undefined
        if (options.json) {
          const imported = { id, machine: { name, version }, sequence, head, before, replayed }
          await output.text(`${visibleJson(imported)}\n`)
          return
        }
        const was = before < 0 ? 'new here' : `was at ${before}`
        const how = sequence === before ? (['dim', 'already here'] as const) : (['green', 'imported'] as const)
        await output.line(how, ' ', ['yellow', id], ' of ', ['cyan', `${name}@${version}`])
        await output.line(`at sequence ${sequence}${sequence === before ? '' : ` (${was})`}, head ${head}`)
        if (!replayed)
          await output.line(['dim', 'every oid is verified; nothing was replayed: "xmachines verify" replays it'])
      } catch (thrown) {
        throw reworded(thrown, 'RUN_MISSING', () => needsMachine(machine))
      } finally {
        await repository.close()
      }
    })
}

function needsMachine({ name, version }: GenesisRecord['machine']): string {
  return `the repository does not have this run yet; give its machine with --machine FILE (${name}@${version})`
}

/** Opens the repository; makes it only after the history was found sound. */
async function openFor(
  history: History,
  { repository: directory, create }: ImportCommandOptions,
  machines: readonly AnyMachine[] | undefined,
): Promise<Repository> {
  try {
    return await openRepository(directory)
  } catch (thrown) {
    if (!(thrown instanceof GitError) || thrown.code !== 'NOT_A_REPOSITORY') throw thrown
    if (!create) throw noRepository(thrown, directory)
  }
  const { machine, format } = openOutsideHistory(history).genesis
  if (machines === undefined) throw new CommandError(needsMachine(machine))
  restoreRun(machines, history, { format: objectFormat(format), revalidate: true })
  return await openRepository(directory, { create: true, format }).catch((thrown: unknown) => {
    throw noRepository(thrown, directory)
  })
}

function noRepository(thrown: unknown, directory: string): unknown {
  return reworded(thrown, 'NOT_A_REPOSITORY', (failure) =>
    isMissing(failure)
      ? `${resolve(directory)} does not exist; --create makes it`
      : `${failure.message}; name it with -C; --create makes one in an empty place`,
  )
}
