// `xmachines check FILES… --machine new.ts`: whether a machine still replays old histories.

import { RunError } from '@xmachines/core'
import { Command } from 'commander'
import { firstDifference, type ReplayedStep } from '../core-internals.ts'
import type { AnyMachine } from '../machines.ts'
import { CommandError, complaintOf } from './command-error.ts'
import { type GlobalOptions, machineOption, optionsOf, type Shell } from './options.ts'
import type { Output } from './output.ts'
import { pageText } from './page-text.ts'
import { openRunFile, type RunFile, stepsOf } from './replayed-file.ts'
import { printChanges } from './state-changes.ts'
import { visibleJson } from './visible.ts'

interface CheckOptions {
  readonly machine: readonly string[]
  readonly against?: readonly string[]
}

/** Where a machine no longer does what it did. */
interface Divergence {
  readonly sequence: number
  /** The first value that differs, if states or outputs were compared. */
  readonly path: string | undefined
  readonly message: string
  readonly old?: ReplayedStep
  readonly next?: ReplayedStep
}

const EXAMPLES = `
A machine that has the version of the run must reach the state that the file was saved with. One of another version must take
every batch. --against names the old machine: then all states and outputs are compared, and the first value that differs is
named. All files are checked. The exit status is 1 if a run diverged, or if a file could not be checked.

With --json, each line is { file, id, machine: { name, version }, sequence, diverges }, where diverges is null or { sequence,
path, message }.

Example:
  $ xmachines check runs/*.run.json --machine ./door.mjs --against ./old/door.mjs`

/** The command. */
export function checkCommand({ output, machines: loader }: Shell): Command {
  return new Command('check')
    .summary('check that a machine replays run files')
    .description('Replays run files on a machine that may have changed, and says where each first diverges.')
    .argument('<files...>', 'the run files')
    .addOption(machineOption('an ES module that exports the machine as it is now').makeOptionMandatory())
    .addOption(machineOption('an ES module that exports the machine as it was', '--against <file>'))
    .addHelpText('after', pageText(EXAMPLES, output.page))
    .action(async (files: readonly string[], _options: object, command: Command) => {
      const options = optionsOf<CheckOptions>(command)
      const machines = (await loader.load(options.machine)) as AnyMachine[]
      const old = await loader.load(options.against)
      let diverged = 0
      let unchecked = 0
      for (const file of files) {
        try {
          const run = await openRunFile(file)
          const checked = old === undefined ? checkAlone(run, machines) : checkAgainst(run, machines, old)
          if (checked.divergence !== undefined) diverged++
          await print(output, { file, run, ...checked }, options)
        } catch (thrown) {
          // One damaged file does not keep the others from being checked.
          if (!(thrown instanceof RunError || thrown instanceof CommandError)) throw thrown
          unchecked++
          await output.flush()
          output.complain(thrown instanceof RunError ? complaintOf(thrown, file) : complaintOf(thrown))
        }
      }
      const advice =
        old === undefined ? '; --against FILE, with the old machine, finds the first value that differs' : ''
      const faults = [
        diverged > 0 && `${diverged} of ${files.length} runs diverged${advice}`,
        unchecked > 0 && `${unchecked} of ${files.length} files could not be checked`,
      ].filter((fault) => fault !== false)
      if (faults.length > 0) throw new CommandError(faults.join('; '))
    })
}

interface CheckedFile extends Checked {
  readonly file: string
  readonly run: RunFile
}

async function print(
  output: Output,
  { file, run, sequence, divergence }: CheckedFile,
  { json }: GlobalOptions,
): Promise<void> {
  const { oid: id, machine } = run.genesis
  const { name, version } = machine
  if (json) {
    const { sequence: at, path, message } = divergence ?? {}
    const diverges = divergence === undefined ? null : { sequence: at, path, message }
    await output.text(`${visibleJson({ file, id, machine: { name, version }, sequence, diverges })}\n`)
    return
  }
  if (divergence === undefined) {
    await output.line(['green', 'replays '], '  ', file, ['dim', `  ${name}@${version}, ${counted(sequence)}`])
    return
  }
  const { path, message, old, next } = divergence
  const where = path === undefined ? `: ${message}` : ` at sequence ${divergence.sequence}: ${path}`
  await output.line(['red', 'diverges'], '  ', file, where)
  await printChanges(output, old?.state, next?.state)
}

function counted(batches: number): string {
  return batches === 1 ? '1 batch' : `${batches} batches`
}

interface Checked {
  /** How far the machine replayed it. */
  readonly sequence: number
  readonly divergence: Divergence | undefined
}

function checkAlone(run: RunFile, machines: readonly AnyMachine[]): Checked {
  const { name, version } = run.genesis.machine
  const isSame = machines.some((machine) => machine.name === name && machine.version === version)
  let sequence = 0
  try {
    for (const step of stepsOf(run, machines, !isSame)) ({ sequence } = step)
    return { sequence, divergence: undefined }
  } catch (thrown) {
    return { sequence, divergence: divergenceOf(thrown) }
  }
}

/** Compares two machines step by step. The old one must replay the history as it was recorded. */
function checkAgainst(run: RunFile, machines: readonly AnyMachine[], old: readonly AnyMachine[]): Checked {
  const nextSteps = stepsOf(run, machines, true)
  let sequence = 0
  for (const before of stepsOf(run, old)) {
    let next: ReplayedStep | undefined
    try {
      next = nextSteps.next().value ?? undefined
    } catch (thrown) {
      return { sequence, divergence: divergenceOf(thrown) }
    }
    const path =
      firstDifference(before.state, next?.state, 'state') ??
      firstDifference(before.outputs, next?.outputs, 'outputs') ??
      (before.status === next?.status ? undefined : 'status')
    if (path !== undefined && next !== undefined) {
      const message = `${path} is another value than before`
      return { sequence, divergence: { sequence: before.sequence, path, message, old: before, next } }
    }
    ;({ sequence } = before)
  }
  return { sequence, divergence: undefined }
}

function divergenceOf(thrown: unknown): Divergence {
  // A damaged file, or the run of another machine, is an error and no divergence.
  const isDivergence =
    thrown instanceof RunError &&
    (thrown.code === 'REPLAY_FAILED' || (thrown.code === 'HISTORY_MISMATCH' && thrown.sequence === 0))
  if (!isDivergence) throw thrown
  return { sequence: thrown.sequence ?? 0, path: undefined, message: thrown.message }
}
