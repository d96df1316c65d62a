// `xmachines verify ID`: replays a run, and compares every snapshot with it; `--all` does so with every run.

import { RunError } from '@xmachines/core'
import { Command } from 'commander'
import { GitError } from '../git-error.ts'
import type { AnyMachine } from '../machines.ts'
import type { Verified } from '../read/verify-run.ts'
import type { Repository } from '../repository.ts'
import { CommandError } from './command-error.ts'
import { listAll } from './list-all.ts'
import { machineOption, optionsOf, type Shell, withRepository } from './options.ts'
import type { Output } from './output.ts'
import { pageText } from './page-text.ts'
import { withProgress } from './progress-bar.ts'
import { digitsOf, resolveId } from './run-ids.ts'
import { visibleJson } from './visible.ts'

interface VerifyOptions {
  readonly machine: readonly string[]
  readonly all?: true
  readonly json?: true
}

const EXAMPLES = `
With --json, it prints one line: { id, machine: { name, version }, sequence, head, snapshots }. Anything wrong is an error,
which says at which sequence the history breaks. A history keeps events, not states: without a snapshot, a machine that
behaves differently is only noticed if it refuses an event.

With --all, each run is a line, and all of them are verified. With --json, a run that is wrong is { id, machine: { name,
version }, code, message }. The exit status is 1 if a run is wrong, or its machine was not given.

Examples:
  $ xmachines verify 2903140d --machine ./door.mjs
  $ xmachines verify --all --machine ./door.mjs --machine ./account.mjs`

/** A history keeps events, not states: a machine that takes the same events and behaves differently is not noticed. */
const UNCOMPARED = 'no snapshots: the machine takes every event, but no state could be compared'

/** The command. */
export function verifyCommand({ output, machines: loader }: Shell): Command {
  return new Command('verify')
    .summary('replay a run, and compare its snapshots')
    .description(
      'Reads all of a run, hashes every object, replays the run on its machine, and compares every snapshot.',
    )
    .argument('[id]', 'the id of the run, or its first digits')
    .addOption(machineOption('an ES module that exports the machine').makeOptionMandatory())
    .option('--all', 'verify every run of the repository')
    .addHelpText('after', pageText(EXAMPLES, output.page))
    .action(async (given: string | undefined, _options: object, command: Command) => {
      const options = optionsOf<VerifyOptions>(command)
      if ((given === undefined) !== (options.all === true)) {
        const why = given === undefined ? "missing required argument 'id'" : 'an id and --all were given'
        throw new CommandError(`${why}: give the id of a run, or --all`, 2)
      }
      const machines = (await loader.load(options.machine)) as AnyMachine[]
      await withRepository(options, async (repository) => {
        if (given === undefined) await verifyAll(repository, machines, output, options)
        else await verifyOne(repository, machines, output, await resolveId(repository, given), options)
      })
    })
}

async function verify(
  repository: Repository,
  machines: readonly AnyMachine[],
  output: Output,
  id: string,
): Promise<Verified> {
  return await withProgress(output, 'verifying', (onProgress) => repository.verify(machines, id, { onProgress }))
}

async function verifyOne(
  repository: Repository,
  machines: readonly AnyMachine[],
  output: Output,
  id: string,
  { json }: VerifyOptions,
): Promise<void> {
  const { head, sequence, snapshots } = await verify(repository, machines, output, id)
  const { machine } = await repository.find(id)
  if (json) {
    await output.text(`${visibleJson({ id, machine, sequence, head, snapshots })}\n`)
    return
  }
  const { name, version } = machine
  await output.line(['green', 'verified'], ' ', ['yellow', id], ' of ', ['cyan', `${name}@${version}`])
  await output.line(`${batchesOf(sequence)}, replayed up to the head ${head}`)
  await output.line(snapshots.length === 0 ? UNCOMPARED : snapshotsAt(snapshots))
}

async function verifyAll(
  repository: Repository,
  machines: readonly AnyMachine[],
  output: Output,
  { json }: VerifyOptions,
): Promise<void> {
  const { runs, fault } = await listAll(repository)
  const digits = digitsOf(runs.map(({ id }) => id))
  let wrong = 0
  for (const { id, machine } of runs) {
    const label = `${machine.name}@${machine.version}`
    try {
      const { head, sequence, snapshots } = await verify(repository, machines, output, id)
      const compared = snapshots.length === 0 ? 'no snapshots' : snapshotsAt(snapshots)
      if (json) await output.text(`${visibleJson({ id, machine, sequence, head, snapshots })}\n`)
      else
        await output.line(['green', 'verified'], '  ', ['yellow', id.slice(0, digits)], '  ', ['cyan', label], '  ', [
          'dim',
          `${batchesOf(sequence)}, ${compared}`,
        ])
    } catch (thrown) {
      if (!(thrown instanceof RunError || thrown instanceof GitError)) throw thrown
      wrong++
      const { code, message } = thrown
      if (json) await output.text(`${visibleJson({ id, machine, code, message })}\n`)
      else
        await output.line(['red', 'wrong   '], '  ', ['yellow', id.slice(0, digits)], '  ', ['cyan', label], '  ', [
          'dim',
          `${message} (${code})`,
        ])
    }
  }
  if (fault !== undefined) throw fault
  if (wrong > 0) throw new CommandError(`${wrong} of ${runs.length} runs could not be verified`)
  if (runs.length === 0 && !json) await output.line(['dim', 'there are no runs'])
}

function batchesOf(sequence: number): string {
  return sequence === 1 ? '1 batch' : `${sequence} batches`
}

function snapshotsAt(snapshots: readonly number[]): string {
  return `snapshots at ${snapshots.join(', ')}`
}
