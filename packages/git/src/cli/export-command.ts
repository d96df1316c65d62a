// `xmachines export ID`: writes a run as the document that `run.toJSON()` gives.

import { createWriteStream } from 'node:fs'
import { realpath, rename, rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { RunDocument, RunEvent } from '@xmachines/core'
import { Command } from 'commander'
import type { ExportOptions } from '../read/export-run.ts'
import { CommandError, reworded, whyFailed } from './command-error.ts'
import { machineOption, optionsOf, type Shell, withRepository } from './options.ts'
import { pageText } from './page-text.ts'
import { withProgress } from './progress-bar.ts'
import { resolveId } from './run-ids.ts'
import { visibleJson } from './visible.ts'

interface ExportCommandOptions {
  readonly machine?: readonly string[]
  readonly output: string
}

const EXAMPLES = `
The document names the oid of the latest state. --machine replays the run to find it. Without --machine, a snapshot must be
kept at the head of the run; it is trusted.

With --json and -o, it prints one line about the file: { id, machine: { name, version }, sequence, head, file }.

Example:
  $ xmachines export 2903140d --machine ./door.mjs -o door.run.json`

/** The command. */
export function exportCommand({ output, machines: loader }: Shell): Command {
  return new Command('export')
    .summary('save a run as a document')
    .description('Writes a run as the document that run.toJSON() gives. restoreRun and import read it.')
    .argument('<id>', 'the id of the run, or its first digits')
    .option('-o, --output <file>', 'the file to write; an existing file is replaced; - is the standard output', '-')
    .addOption(machineOption('an ES module that exports the machine, to replay the run for its state'))
    .addHelpText('after', pageText(EXAMPLES, output.page))
    .action(async (given: string, _options: object, command: Command) => {
      const options = optionsOf<ExportCommandOptions>(command)
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
          for (const part of partsOf(document)) await output.text(part)
          return
        }
        await writeWhole(file, partsOf(document)).catch((thrown: Error) => {
          throw new CommandError(`${file} cannot be written: ${whyFailed(thrown)}`)
        })
        const { sequence, head } = document
        if (options.json) await output.text(`${visibleJson({ id, machine, sequence, head, file })}\n`)
        else await output.line(['green', 'exported'], ' ', ['yellow', id], ` up to sequence ${sequence} into ${file}`)
      })
    })
}

/**
 * Writes a file; an old one stays until the new one is complete. A pipe, or another thing that is not a file, is
 * written to directly.
 */
async function writeWhole(file: string, parts: Iterable<string>): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile() === false) {
    await pipeline(parts, createWriteStream(file))
    return
  }
  const target = found === undefined ? file : await realpath(file)
  const temporary = `${target}.${process.pid}.tmp`
  try {
    await pipeline(parts, createWriteStream(temporary, { flags: 'wx', mode: found?.mode ?? 0o666, flush: true }))
    await rename(temporary, target)
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw thrown
  }
}

/** The text of a document, record by record: a single string may not hold all of it. */
function* partsOf({
  format,
  records,
  sequence,
  head,
  state,
}: RunDocument<RunEvent>): Generator<string, void, undefined> {
  yield `{"format":${visibleJson(format)},"records":[`
  for (const [at, record] of records.entries()) yield `${at === 0 ? '' : ','}${visibleJson(record)}`
  yield `],${visibleJson({ sequence, head, state }).slice(1)}\n`
}
