// The program: puts its commands together, and turns what they throw into output and an exit status.

import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { bisectCommand } from './bisect-command.ts'
import { checkCommand } from './check-command.ts'
import { CommandError, complaintOf } from './command-error.ts'
import { exportCommand } from './export-command.ts'
import { importCommand } from './import-command.ts'
import { logCommand } from './log-command.ts'
import type { Shell } from './options.ts'
import { OutputClosed } from './output.ts'
import { pageText } from './page-text.ts'
import { replayCommand } from './replay-command.ts'
import { runsCommand } from './runs-command.ts'
import { showCommand } from './show-command.ts'
import { shrinkCommand } from './shrink-command.ts'
import { testCommand } from './test-command.ts'
import { verifyCommand } from './verify-command.ts'
import { visible } from './visible.ts'

const EXAMPLES = `
An id may be shortened to its first digits, at least four. The exit status is 0 if all is well, 1 if the command failed or
found something wrong, and 2 if it was given wrongly.

Examples:
  $ xmachines -C runs.git runs
  $ xmachines -C runs.git log 2903140d
  $ xmachines replay door.run.json --machine ./door.mjs`

/** Runs the program with its arguments; resolves with the exit status. */
export async function runProgram(arguments_: readonly string[], shell: Shell): Promise<number> {
  const { output } = shell
  let status = 0
  try {
    await programOf(shell).parseAsync(arguments_, { from: 'user' })
  } catch (thrown) {
    if (thrown instanceof OutputClosed) return 0
    status = statusOf(thrown)
    // Output first, then the error. Commander has printed its own errors already.
    await output.flush().catch(() => undefined)
    if (!(thrown instanceof CommanderError)) output.complain(complaintOf(thrown))
  }
  try {
    await output.flush()
  } catch (thrown) {
    if (thrown instanceof OutputClosed) return status
    output.complain(complaintOf(thrown))
    return 1
  }
  return status
}

function statusOf(thrown: unknown): number {
  // Commander also throws after it printed help or the version.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
  return thrown instanceof CommandError ? thrown.status : 1
}

function programOf(shell: Shell): Command {
  const { output } = shell
  const program = new Command('xmachines')
    .description(
      'Shows the XMachines runs of a Git repository, verifies, imports and exports them, and replays run files.',
    )
    .version(versionOf(), '-V, --version', 'print the version')
    .option('-C, --repository <dir>', 'the repository', '.')
    .option('--json', 'print JSON: one document, or one on each line')
    .addHelpText('after', pageText(EXAMPLES, output.page))
  const commands = [
    runsCommand,
    logCommand,
    showCommand,
    verifyCommand,
    importCommand,
    exportCommand,
    replayCommand,
    bisectCommand,
    checkCommand,
    shrinkCommand,
    testCommand,
  ]
  for (const command of commands.map((make) => make(shell))) program.addCommand(command)
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .helpOption('-h, --help', 'print this help')
      .configureHelp({ showGlobalOptions: true, helpWidth: output.page })
      .configureOutput({
        writeOut: (text) => void output.text(text),
        writeErr: (text) => output.complain(text),
        outputError: (text, write) => write(`${text.trimEnd().split('\n').map(visible).join('\n')}\n`),
      })
      .showHelpAfterError(`(xmachines ${command === program ? '' : `${command.name()} `}--help explains the options)`)
  }
  return program
}

/** The version of the package. Its manifest is two folders up, from the sources and from the built files. */
function versionOf(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string
  }
  return manifest.version
}
