// `xmachines verify ID`: replays a run, and compares every snapshot with it.

import { Command } from 'commander'
import type { AnyMachine } from '../machines.ts'
import { machineOption, optionsOf, type Shell, withRepository } from './options.ts'
import { pageText } from './page-text.ts'
import { withProgress } from './progress-bar.ts'
import { resolveId } from './run-ids.ts'
import { visibleJson } from './visible.ts'

interface VerifyOptions {
  readonly machine: readonly string[]
}

const EXAMPLES = `
With --json, it prints one line: { id, machine: { name, version }, sequence, head, snapshots }. Anything wrong is an error,
which says at which sequence the history breaks. A history keeps events, not states: without a snapshot, a machine that
behaves differently is only noticed if it refuses an event.

Example:
  $ xmachines verify 2903140d --machine ./door.mjs`

/** A history keeps events, not states: a machine that takes the same events and behaves differently is not noticed. */
const UNCOMPARED = 'no snapshots: the machine takes every event, but no state could be compared'

/** The command. */
export function verifyCommand({ output, machines: loader }: Shell): Command {
  return new Command('verify')
    .summary('replay a run, and compare its snapshots')
    .description(
      'Reads all of a run, hashes every object, replays the run on its machine, and compares every snapshot.',
    )
    .argument('<id>', 'the id of the run, or its first digits')
    .addOption(machineOption('an ES module that exports the machine').makeOptionMandatory())
    .addHelpText('after', pageText(EXAMPLES, output.page))
    .action(async (given: string, _options: object, command: Command) => {
      const options = optionsOf<VerifyOptions>(command)
      const machines = (await loader.load(options.machine)) as AnyMachine[]
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
