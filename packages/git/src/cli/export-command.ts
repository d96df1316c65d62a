// `xmachines export ID`: writes a run as the document that `run.toJSON()` gives.

import { Command } from 'commander'
import type { ExportOptions } from '../read/export-run.ts'
import { reworded } from './command-error.ts'
import { machineOption, optionsOf, type Shell, withRepository } from './options.ts'
import { pageText } from './page-text.ts'
import { withProgress } from './progress-bar.ts'
import { resolveId } from './run-ids.ts'
import { visibleJson } from './visible.ts'
import { documentParts, forceOption, refuseExisting, writeFile } from './write-file.ts'

interface ExportCommandOptions {
  readonly machine?: readonly string[]
  readonly output: string
  readonly force?: true
}

const EXAMPLES = `
The document names the oid of the latest state. --machine replays the run to find it. Without --machine, a snapshot must be
kept at the head of the run; it is trusted.

A file that exists is not overwritten without --force.

With --json and -o, it prints one line about the file: { id, machine: { name, version }, sequence, head, file }.

Example:
  $ xmachines export 2903140d --machine ./door.mjs -o door.run.json`

/** The command. */
export function exportCommand({ output, machines: loader }: Shell): Command {
  return new Command('export')
    .summary('save a run as a document')
    .description('Writes a run as the document that run.toJSON() gives. restoreRun and import read it.')
    .argument('<id>', 'the id of the run, or its first digits')
    .option('-o, --output <file>', 'the file to write; - is the standard output', '-')
    .addOption(forceOption())
    .addOption(machineOption('an ES module that exports the machine, to replay the run for its state'))
    .addHelpText('after', pageText(EXAMPLES, output.page))
    .action(async (given: string, _options: object, command: Command) => {
      const options = optionsOf<ExportCommandOptions>(command)
      // Before the work, which may take long.
      await refuseExisting(options.output, options)
      const machines = await loader.load(options.machine)
      await withRepository(options, async (repository) => {
        const id = await resolveId(repository, given)
        const { machine } = await repository.find(id)
        const document = await withProgress(output, 'exporting', (onProgress) => {
          const exporting: ExportOptions = machines === undefined ? { onProgress } : { machine: machines, onProgress }
          return repository.export(id, exporting)
        }).catch((thrown: unknown) => {
          const what = `${machine.name}@${machine.version}`
          throw reworded(
            thrown,
            'SNAPSHOT_MISSING',
            () => `no snapshot keeps the latest state; give --machine FILE (${what}) to replay the run for it`,
          )
        })
        const file = options.output
        if (file === '-') {
          for (const part of documentParts(document)) await output.text(part)
          return
        }
        await writeFile(file, documentParts(document), options)
        const { sequence, head } = document
        if (options.json) await output.text(`${visibleJson({ id, machine, sequence, head, file })}\n`)
        else await output.line(['green', 'exported'], ' ', ['yellow', id], ` up to sequence ${sequence} into ${file}`)
      })
    })
}
