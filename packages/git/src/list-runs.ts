// Lists runs without walking a history: a head's committer date less its author date is its sequence.

import { readCommit, readGenesisMessage } from './commit-text.ts'
import { GitError } from './git-error.ts'
import type { GitProgram } from './git-program.ts'
import { groupedStream } from './grouped-stream.ts'
import { type FormatName, isOid } from './object-id.ts'
import { objectParser } from './object-stream.ts'
import type { ReadingPlace } from './reading-place.ts'
import { isMachineName, type MachineName, RUNS } from './ref-names.ts'

/** Which runs to list. */
export interface RunFilter {
  /** Those of this machine; of all its versions where it is given by name. */
  readonly machine?: string | MachineName
}

/** A run that is recorded. */
export interface RecordedRun {
  readonly id: string
  readonly head: string
  readonly sequence: number
  /** When it began, in whole seconds since the epoch. When it was last written to is not in a history. */
  readonly createdAt: number
  readonly machine: MachineName
}

type Listed = Omit<RecordedRun, 'machine'>

/** The runs of a repository, in the order of their refs. */
export function listRuns(place: ReadingPlace, { machine }: RunFilter): ReadableStream<RecordedRun> {
  const name = typeof machine === 'string' ? machine : machine?.name
  const version = typeof machine === 'string' ? undefined : machine?.version
  if (name !== undefined && !isMachineName(name, version ?? '1')) {
    throw new TypeError(`machine is ${JSON.stringify(name)}; it must be a machine, or the name of one`)
  }
  return groupedStream(() => list(place, name, version))
}

async function* list(
  { git, format, directory }: ReadingPlace,
  name: string | undefined,
  version: string | undefined,
): AsyncGenerator<RecordedRun[]> {
  const listed: Listed[] = []
  const genesis = git.start(['cat-file', '--batch', '--buffer'])
  genesis.stderr.resume()
  // One process finds the refs while the other reads what they are of.
  const listing = listRefs(git, format, name, (runs) => {
    listed.push(...runs)
    genesis.stdin.write(runs.map(({ id }) => `${id}\n`).join(''))
  }).finally(() => genesis.stdin.end())
  listing.catch(() => undefined)
  const parse = objectParser(format)
  let at = 0
  for await (const chunk of genesis.stdout) {
    const runs: RecordedRun[] = []
    for (const object of parse(chunk as Buffer)) {
      const run = listed[at++] as Listed
      const said = object.fault === undefined ? readGenesisMessage(readCommit(object)?.message ?? '') : undefined
      // A ref that is not of a run is somebody else's.
      if (said === undefined || said.version !== (version ?? said.version)) continue
      runs.push({ ...run, machine: { name: said.name, version: said.version } })
    }
    yield runs
  }
  await listing
  if (at < listed.length) {
    throw new GitError('GIT_FAILED', `git cat-file in ${directory} ended after ${at} of ${listed.length} runs`)
  }
}

async function listRefs(
  git: GitProgram,
  format: FormatName,
  name: string | undefined,
  onRuns: (runs: readonly Listed[]) => void,
): Promise<void> {
  const layout = '--format=%(refname) %(objectname) %(authordate:unix) %(committerdate:unix)'
  for await (const lines of git.lines(['for-each-ref', layout, name === undefined ? RUNS : `${RUNS}${name}/`])) {
    const runs: Listed[] = []
    for (const line of lines) {
      const [ref = '', head = '', authored, committed] = line.split(' ')
      const id = ref.slice(ref.lastIndexOf('/') + 1)
      const createdAt = Number(authored)
      if (isOid(id, format)) runs.push({ id, head, sequence: Number(committed) - createdAt, createdAt })
    }
    onRuns(runs)
  }
}
