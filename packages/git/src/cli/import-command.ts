// `xmachines import FILE`: takes a run that was saved as a document into the repository.

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { type GenesisRecord, type History, restoreRun } from '@xmachines/core'
import { readHistory } from '@xmachines/core/internal'
import { Command } from 'commander'
import { GitError } from '../git-error.ts'
import { objectFormat } from '../objects/object-id.ts'
import { openRepository } from '../opening/open-repository.ts'
import type { ImportOptions } from '../record/import-history.ts'
import type { Repository } from '../repository.ts'
import { CommandError, inWords, whyFailed } from './command-error.ts'
import { type AnyMachine, loadMachines } from './load-machines.ts'
import { type GlobalOptions, isMissing, machineOption, optionsOf } from './options.ts'
import type { Output } from './output.ts'
import { pageText } from './page-text.ts'
import { withProgress } from './progress-bar.ts'
import { visibleJson } from './visible.ts'

interface ImportCommandOptions extends GlobalOptions {
  readonly machine?: readonly string[]
  readonly create?: true
}

const EXAMPLES = `
All of the file is verified before anything is written. A run that the repository has is gone on with where the file goes
on from it, without its machine; where it has another history of the run, the file is refused. A run that is new needs its
machine, since a file does not hold the state that it begins with.

With --json, it is one line: { id, machine: { name, version }, sequence, head, before, replayed }. before is the sequence
that was here, -1 where the run was not.

Examples:
  $ xmachines -C runs.git import --create --machine ./door.mjs door-2903140.run.json
  $ curl -s https://example.com/run.json | xmachines import -`

/** The command. */
export function importCommand(output: Output): Command {
  return new Command('import')
    .summary('take a saved run into the repository')
    .description('Takes a run that was saved as a document, by run.toJSON() or by export, into the repository.')
    .argument('<file>', 'the document, or - for the standard input')
    .addOption(machineOption('an ES module that exports the machine, to replay the run'))
    .option('--create', 'make the repository where there is none')
    .addHelpText('after', pageText(EXAMPLES, output.page))
    .action(async (file: string, _options: object, command: Command) => {
      const options = optionsOf<ImportCommandOptions>(command)
      const machines = await loadMachines(options.machine)
      const history = await readDocument(file)
      const { machine } = readHistory(history).genesis
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
        if (!replayed) await output.line(['dim', 'every oid verified, not replayed: "xmachines verify" does that'])
      } catch (thrown) {
        throw inWords(thrown, 'RUN_MISSING', () => newHere(machine))
      } finally {
        await repository.close()
      }
    })
}

async function readDocument(file: string): Promise<History> {
  const what = file === '-' ? 'the standard input' : file
  let document: unknown
  try {
    const read = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
    // Some editors put a mark of the byte order in front.
    document = JSON.parse(read.replace(/^\uFEFF/, ''))
  } catch (thrown) {
    const { message } = thrown as Error
    const why =
      thrown instanceof SyntaxError ? `is not JSON: ${message}` : `cannot be read: ${whyFailed(thrown as Error)}`
    throw new CommandError(`${what} ${why}`)
  }
  if (typeof document === 'object' && document !== null && 'records' in document) return document as History
  throw new CommandError(`${what} is not a saved run; it must be what run.toJSON() or "xmachines export" gives`)
}

function newHere({ name, version }: GenesisRecord['machine']): string {
  return `this run is new here: give its machine with --machine FILE (${name}@${version})`
}

/** The repository; one that is made is made only for a history that is sound. */
async function openFor(
  history: History,
  { repository: directory, create }: ImportCommandOptions,
  machines: readonly AnyMachine[] | undefined,
): Promise<Repository> {
  try {
    return await openRepository(directory)
  } catch (thrown) {
    if (!(thrown instanceof GitError) || thrown.code !== 'NOT_A_REPOSITORY') throw thrown
    if (!create) throw notHere(thrown, directory)
  }
  const { machine, format } = readHistory(history).genesis
  if (machines === undefined) throw new CommandError(newHere(machine))
  restoreRun(machines, history, { format: objectFormat(format), revalidate: true })
  return await openRepository(directory, { create: true, format }).catch((thrown: unknown) => {
    throw notHere(thrown, directory)
  })
}

function notHere(thrown: unknown, directory: string): unknown {
  return inWords(thrown, 'NOT_A_REPOSITORY', (failure) =>
    isMissing(failure)
      ? `${resolve(directory)} is not there; --create makes it`
      : `${failure.message}; name the repository with -C, and --create makes it where nothing is`,
  )
}
