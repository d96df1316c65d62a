// `xmachines bisect FILE`: finds the first batch after which something holds, or which no longer replays.

import { RunError } from '@xmachines/core'
import { Command } from 'commander'
import type { ReplayedStep } from '../core-internals.ts'
import type { AnyMachine } from '../machines.ts'
import { CommandError } from './command-error.ts'
import { machineOption, optionsOf, type Shell } from './options.ts'
import { pageText } from './page-text.ts'
import { openRunFile, printOutputs, printStep, stepsOf } from './replayed-file.ts'
import { printChanges } from './state-changes.ts'
import { holds, type Until, untilOption } from './until-option.ts'
import { visibleJson } from './visible.ts'

interface BisectOptions {
  readonly machine: readonly string[]
  readonly until?: Until
}

const EXAMPLES = `
Every state is asked, from the first on, so what --until says may come and go. A machine that was changed may be given: then
it finds the batch that the machine no longer takes. The exit status is 1 if nothing is found.

With --json, it prints one line: { sequence, oid, events, outputs, state, status }, or { sequence, code, message } if the
replay breaks there.

Example:
  $ xmachines bisect door.run.json -m ./door.mjs --until "door => door.at === 'locked'"`

/** The command. */
export function bisectCommand({ output, machines: loader }: Shell): Command {
  return new Command('bisect')
    .summary('find the batch that made something true')
    .description('Finds the first batch of a run file after which --until holds, or which the machine no longer takes.')
    .argument('<file>', 'the run file; - is the standard input')
    .addOption(machineOption('an ES module that exports the machine').makeOptionMandatory())
    .addOption(untilOption())
    .addHelpText('after', pageText(EXAMPLES, output.page))
    .action(async (given: string, _options: object, command: Command) => {
      const options = optionsOf<BisectOptions>(command)
      const machines = (await loader.load(options.machine)) as AnyMachine[]
      const file = await openRunFile(given)
      let before: ReplayedStep | undefined
      try {
        for (const step of stepsOf(file, machines, true)) {
          if (options.until !== undefined && holds(options.until, step)) {
            if (options.json) await output.text(`${visibleJson(step)}\n`)
            else {
              await output.line(['bold', `--until holds first after sequence ${step.sequence}`])
              await printStep(output, file, step)
              await printChanges(output, before?.state, step.state)
              await printOutputs(output, step)
            }
            return
          }
          before = step
        }
      } catch (thrown) {
        if (!(thrown instanceof RunError) || thrown.code !== 'REPLAY_FAILED') throw thrown
        const { sequence, code, message } = thrown
        if (options.json) await output.text(`${visibleJson({ sequence, code, message })}\n`)
        else await output.line(['bold', message])
        return
      }
      const more =
        options.until === undefined ? "; to find a state, give --until 'state => …'" : ', and --until holds nowhere'
      throw new CommandError(`the machine takes all batches up to sequence ${before?.sequence ?? 0}${more}`)
    })
}
