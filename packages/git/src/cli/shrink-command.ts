// `xmachines shrink FILE`: the smallest run that still shows something.

import { createRun, type RunEvent } from '@xmachines/core'
import { Command } from 'commander'
import { pickMachine } from '../core-internals.ts'
import type { AnyMachine } from '../machines.ts'
import { objectFormat } from '../objects/object-id.ts'
import { CommandError } from './command-error.ts'
import { machineOption, optionsOf, type Shell } from './options.ts'
import { pageText } from './page-text.ts'
import { openRunFile, type RunFile, stepsOf } from './replayed-file.ts'
import { shrink } from './shrink.ts'
import { holds, type Until, untilOption } from './until-option.ts'
import { documentParts, forceOption, refuseExisting, writeFile } from './write-file.ts'

interface ShrinkOptions {
  readonly machine: readonly string[]
  readonly until: Until
  readonly output?: string
  readonly force?: true
}

/** An event, and the sequence of the batch that it came in. */
interface PlacedEvent {
  readonly event: RunEvent
  readonly sequence: number
}

const EXAMPLES = `
It leaves out events as long as the machine takes the others and --until still holds after one of them. In the end no single
event can be left out; a smaller run may exist all the same. The result is a run of its own, with another id.

With --json, it prints the run file.

Example:
  $ xmachines shrink door.run.json -m ./door.mjs --until "door => door.at === 'locked'" -o small.run.json`

/** The command. */
export function shrinkCommand({ output, machines: loader }: Shell): Command {
  return new Command('shrink')
    .summary('find a smaller run that shows the same')
    .description('Finds a smaller run after which --until holds, by leaving out events of a run file.')
    .argument('<file>', 'the run file; - is the standard input')
    .addOption(machineOption('an ES module that exports the machine').makeOptionMandatory())
    .addOption(untilOption().makeOptionMandatory())
    .option('-o, --output <file>', 'the file to write the smaller run to')
    .addOption(forceOption())
    .addHelpText('after', pageText(EXAMPLES, output.page))
    .action(async (given: string, _options: object, command: Command) => {
      const options = optionsOf<ShrinkOptions>(command)
      const { until, output: to } = options
      if (to !== undefined) await refuseExisting(to, options)
      const machines = (await loader.load(options.machine)) as AnyMachine[]
      const file = await openRunFile(given)
      const shown = eventsUntil(file, machines, until)
      if (shown === undefined) throw new CommandError('--until holds after no batch of the run')
      const smallest = shrink(shown, (events) => shows(file, machines, events, until))
      const { genesis } = file
      const run = createRun(pickMachine(machines, genesis.machine), {
        input: genesis.input,
        createdAt: genesis.createdAt,
        format: objectFormat(genesis.format),
      })
      const batches = batchesOf(smallest)
      for (const batch of batches) run.in.send(batch)
      const document = run.toJSON()
      if (to !== undefined) await writeFile(to, documentParts(document), options)
      if (options.json) {
        for (const part of documentParts(document)) await output.text(part)
        return
      }
      await output.line(
        ['green', 'shrunk'],
        ` ${shown.length} events to ${smallest.length}`,
        to === undefined ? '' : ` in ${to}`,
      )
      for (const [at, batch] of batches.entries()) {
        await output.row(String(at + 1), '  ', batch.map((event) => JSON.stringify(event)).join(' '))
      }
    })
}

/** The events up to the first batch after which it holds; none if it holds at the beginning. */
function eventsUntil(file: RunFile, machines: readonly AnyMachine[], until: Until): PlacedEvent[] | undefined {
  const placed: PlacedEvent[] = []
  for (const step of stepsOf(file, machines)) {
    placed.push(...step.events.map((event) => ({ event, sequence: step.sequence })))
    if (holds(until, step)) return placed
  }
  return undefined
}

function shows(
  { genesis }: RunFile,
  machines: readonly AnyMachine[],
  events: readonly PlacedEvent[],
  until: Until,
): boolean {
  const records = batchesOf(events).map((batch) => ({ oid: '', parent: '', events: batch }))
  try {
    for (const step of stepsOf({ history: [genesis, ...records], genesis }, machines, true)) {
      if (until(step.state, step)) return true
    }
  } catch {
    // The machine refuses what is left, or nobody expected such a state.
  }
  return false
}

function batchesOf(events: readonly PlacedEvent[]): RunEvent[][] {
  const batches: RunEvent[][] = []
  for (const [at, { event, sequence }] of events.entries()) {
    if (events[at - 1]?.sequence === sequence) batches.at(-1)?.push(event)
    else batches.push([event])
  }
  return batches
}
