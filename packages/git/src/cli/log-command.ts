// `xmachines log ID`: prints a line for each batch of a run.

import type { HistoryRecord, RunEvent } from '@xmachines/core'
import { Command } from 'commander'
import type { Repository } from '../repository.ts'
import { CommandError } from './command-error.ts'
import { optionsOf, type Shell, wholeNumber, withRepository } from './options.ts'
import type { Piece } from './output.ts'
import { pageText } from './page-text.ts'
import { resolveId, shortOid } from './run-ids.ts'
import { visibleJson } from './visible.ts'

interface LogOptions {
  readonly from?: number
  readonly limit?: number
  readonly reverse?: true
}

const EXAMPLES = `
The first line, with sequence 0, is the genesis. With --json, each line is a record as restoreRun takes it, with its
sequence: { sequence, oid, format, machine, createdAt, nonce, input, forkedFrom }, then { sequence, oid, parent, events }.

Example, the latest ten batches:
  $ xmachines log 2903140d --reverse --limit 10`

/** The command. */
export function logCommand({ output }: Shell): Command {
  return new Command('log')
    .summary('show the events of a run')
    .description('Shows the history of a run, one line for each batch: its sequence, its oid and its events.')
    .argument('<id>', 'the id of the run, or its first digits')
    .option('--from <n>', 'begin with this sequence', wholeNumber(0))
    .option('--limit <n>', 'show at most this many lines', wholeNumber(1))
    .option('--reverse', 'show the latest batch first')
    .addHelpText('after', pageText(EXAMPLES, output.page))
    .action(async (given: string, _options: object, command: Command) => {
      const options = optionsOf<LogOptions>(command)
      await withRepository(options, async (repository) => {
        const id = await resolveId(repository, given)
        const { sequence: end } = await repository.find(id)
        if ((options.from ?? 0) > end) {
          throw new CommandError(
            `--from is ${options.from}, but the run ${id} is recorded up to sequence ${end}; give a smaller number`,
          )
        }
        const width = String(end).length
        for await (const [sequence, record] of readLog(repository, id, end, options)) {
          const at = String(sequence).padStart(width)
          if (options.json) await output.text(`${visibleJson({ sequence, ...record })}\n`)
          else await output.row(at, '  ', ['yellow', shortOid(record.oid)], '  ', ...piecesOf(record))
        }
      })
    })
}

type Numbered = readonly [sequence: number, record: HistoryRecord<RunEvent>]

async function* readLog(
  repository: Repository,
  id: string,
  end: number,
  { from = 0, limit = Number.POSITIVE_INFINITY, reverse }: LogOptions,
): AsyncGenerator<Numbered, void, undefined> {
  if (!reverse) {
    let sequence = from
    const to = Math.min(end, from + limit - 1)
    for await (const record of repository.history(id, { from, to })) yield [sequence++, record]
    return
  }
  const first = Math.max(from, end - limit + 1)
  let sequence = end
  for await (const record of repository.history(id, { from: first, to: end, reverse: true })) yield [sequence--, record]
}

/** A record, as `git log --oneline` shows its commit. */
function piecesOf(record: HistoryRecord<RunEvent>): Piece[] {
  if ('events' in record) return [record.events.map((event) => JSON.stringify(event)).join(' ')]
  const { machine, input } = record
  const begin: Piece = ['cyan', `run ${machine.name}@${machine.version}`]
  return input === undefined ? [begin] : [begin, ` ${JSON.stringify(input)}`]
}
