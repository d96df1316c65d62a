// `xmachines verify ID`: replays a run, and holds every snapshot against it.

import { Command } from 'commander'
import { type AnyMachine, loadMachines } from './load-machines.ts'
import { machineOption, optionsOf, withRepository } from './options.ts'
import type { Output } from './output.ts'
import { pageText } from './page-text.ts'
import { withProgress } from './progress-bar.ts'
import { resolveId } from './run-ids.ts'
import { visibleJson } from './visible.ts'

interface VerifyOptions {
  readonly machine: readonly string[]
}

const EXAMPLES = `
With --json, it is one line: { id, machine: { name, version }, sequence, head, snapshots }. What is not right is an error,
with the sequence at which the history breaks. A history keeps events and not states: where no snapshot is kept, other
rules are told from those of the run only by what they refuse.

Example:
  $ xmachines verify 2903140d --machine ./door.mjs`

/** A history keeps events and not states: other rules that take the same events are not told from these. */
const UNCOMPARED = 'no snapshots: the machine takes every event; no state could be compared'

/** The command. */
export function verifyCommand(output: Output): Command {
  return new Command('verify')
    .summary('replay a run, and hold its snapshots against it')
    .description(
      'Reads all of a run, every object hashed, replays it on its machine, and holds every snapshot against what it comes to.',
    )
    .argument('<id>', 'the id of the run, or its first digits')
    .addOption(machineOption('an ES module that exports the machine').makeOptionMandatory())
    .addHelpText('after', pageText(EXAMPLES, output.page))
    .action(async (given: string, _options: object, command: Command) => {
      const options = optionsOf<VerifyOptions>(command)
      const machines = (await loadMachines(options.machine)) as AnyMachine[]
      await withRepository(options, async (repository) => {
        const id = await resolveId(repository, given)
        const { head, sequence, snapshots } = await withProgress(output, 'verifying', (onProgress) =>
          repository.verify(machines, id, { onProgress }),
        )
        const { machine } = await repository.find(id)
        if (options.json) {
          await output.text(`${visibleJson({ id, machine, sequence, head, snapshots })}\n`)
          return
        }
        const batches = sequence === 1 ? '1 batch' : `${sequence} batches`
        await output.line(['green', 'verified'], ' ', ['yellow', id], ' of ', [
          'cyan',
          `${machine.name}@${machine.version}`,
        ])
        await output.line(`${batches}, replayed up to the head ${head}`)
        await output.line(snapshots.length === 0 ? UNCOMPARED : `snapshots at ${snapshots.join(', ')}`)
      })
    })
}
