// `xmachines replay FILE`: replays a run file, and shows what each batch changed.

import type { ReadStream } from 'node:tty'
import { Command } from 'commander'
import type { ReplayedStep } from '../core-internals.ts'
import type { AnyMachine } from '../machines.ts'
import { jsonLines } from './json-page.ts'
import { machineOption, optionsOf, type Shell } from './options.ts'
import type { Output } from './output.ts'
import { pageText } from './page-text.ts'
import {
  openRunFile,
  printOutputs,
  printRefusals,
  printStep,
  type RunFile,
  refusalsAfter,
  stepsOf,
} from './replayed-file.ts'
import { printChanges } from './state-changes.ts'
import { type Steps, stepThrough } from './step-through.ts'
import { visibleJson } from './visible.ts'

interface ReplayOptions {
  readonly machine: readonly string[]
  readonly all?: true
}

const EXAMPLES = `
On a terminal it waits for a key after each batch. Elsewhere, and with --all, it prints all of them. Every oid is verified on
the way. If the history breaks, the batches before are printed, and the exit status is 1. If the file has the refusals of its
run, each is printed after the batch that it followed.

With --json, each line is { sequence, oid, events, outputs, state, status }, and { refusals } if the file has them.

Example:
  $ xmachines replay door.run.json --machine ./door.mjs`

/** The command. */
export function replayCommand({ output, machines: loader, keyboard }: Shell): Command {
  return new Command('replay')
    .summary('replay a run file, step by step')
    .description('Replays a run file on its machine, and shows what each batch changed in the state.')
    .argument('<file>', 'the run file; - is the standard input')
    .addOption(machineOption('an ES module that exports the machine').makeOptionMandatory())
    .option('--all', 'print all batches, without waiting for keys')
    .addHelpText('after', pageText(EXAMPLES, output.page))
    .action(async (file: string, _options: object, command: Command) => {
      const options = optionsOf<ReplayOptions>(command)
      const machines = (await loader.load(options.machine)) as AnyMachine[]
      const runFile = await openRunFile(file)
      const replayed = stepsOf(runFile, machines)
      if (options.json) {
        for (const step of replayed) await output.text(`${visibleJson(jsonOf(runFile, step))}\n`)
        return
      }
      const steps = kept(output, runFile, replayed)
      if (keyboard?.isTTY === true && file !== '-' && !options.all) {
        await withKeys(keyboard, (keys) => stepThrough(steps, keys, output))
        return
      }
      for (let index = 0; steps.at(index) !== undefined; index++) await steps.print(index)
    })
}

function jsonOf(file: RunFile, step: ReplayedStep): object {
  const { sequence, oid, events, outputs, state, status } = step
  return { sequence, oid, events, outputs, state, status, refusals: refusalsAfter(file, step) }
}

/** Keeps the steps that were made, so that one can go back. */
function kept(output: Output, file: RunFile, replayed: Iterator<ReplayedStep, void>): Steps {
  const made: ReplayedStep[] = []

  function at(index: number): ReplayedStep | undefined {
    while (made.length <= index) {
      const next = replayed.next()
      if (next.done === true) return undefined
      made.push(next.value)
    }
    return made[index]
  }

  async function printState(index: number): Promise<void> {
    for (const line of jsonLines(at(index)?.state, output.page - 3)) await output.line('   ', line)
  }

  return {
    at,
    printState,
    async print(index) {
      const step = at(index)
      if (step === undefined) return
      await printStep(output, file, step)
      if (index === 0) await printState(index)
      else await printChanges(output, at(index - 1)?.state, step.state)
      await printOutputs(output, step)
      if (step.status === 'done') await output.line('   ', ['green', 'done'])
      await printRefusals(output, file, step)
    },
  }
}

/** Gives the keys that are pressed, one by one, and puts the terminal back as it was. */
async function withKeys(keyboard: ReadStream, work: (keys: AsyncIterable<string>) => Promise<void>): Promise<void> {
  keyboard.setRawMode(true)
  keyboard.setEncoding('utf8')
  try {
    // A key that is several characters, such as an arrow, comes as one chunk.
    await work(keyboard as AsyncIterable<string>)
  } finally {
    keyboard.setRawMode(false)
    keyboard.pause()
  }
}
