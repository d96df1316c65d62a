// The program: its commands put together, and what becomes of what they throw.

import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { CommandError, complaintOf } from './command-error.ts'
import { exportCommand } from './export-command.ts'
import { importCommand } from './import-command.ts'
import { logCommand } from './log-command.ts'
import { type Output, OutputClosed } from './output.ts'
import { pageText } from './page-text.ts'
import { runsCommand } from './runs-command.ts'
import { showCommand } from './show-command.ts'
import { verifyCommand } from './verify-command.ts'
import { visible } from './visible.ts'

const EXAMPLES = `
Ids may be given by their first digits, four at least. The exit status is 0 where all is well, 1 where what was asked is
not so or failed, and 2 where it was asked wrongly.

Examples:
  $ xmachines -C runs.git runs
  $ xmachines -C runs.git log 2903140d`

/** Runs the program with its arguments; answers with the exit status. */
export async function runProgram(arguments_: readonly string[], output: Output): Promise<number> {
  let status = 0
  try {
    await programOf(output).parseAsync(arguments_, { from: 'user' })
  } catch (thrown) {
    if (thrown instanceof OutputClosed) return 0
    status = statusOf(thrown)
    // What was printed before it went wrong comes before what says so. Commander has said its own.
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
  // Help and the version that were asked for are thrown too.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
  return thrown instanceof CommandError ? thrown.status : 1
}

function programOf(output: Output): Command {
  const program = new Command('xmachines')
    .description('Looks into Git repositories of XMachines runs, verifies them, and moves runs in and out.')
    .version(versionOf(), '-V, --version', 'print the version')
    .option('-C, --repository <dir>', 'the repository', '.')
    .option('--json', 'print JSON: one document, or one a line')
    .addHelpText('after', pageText(EXAMPLES, output.page))
  const commands = [runsCommand, logCommand, showCommand, verifyCommand, importCommand, exportCommand]
  for (const command of commands.map((make) => make(output))) program.addCommand(command)
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
      .showHelpAfterError(`(xmachines ${command === program ? '' : `${command.name()} `}--help says more)`)
  }
  return program
}

/** The version of the package; it lies beside the sources as beside what is built of them. */
function versionOf(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string
  }
  return manifest.version
}
