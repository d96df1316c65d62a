// Ids as people give and read them: the first digits are enough if no other run has them.

import type { RecordedRun } from '../read/list-runs.ts'
import type { Repository } from '../repository.ts'
import { CommandError } from './command-error.ts'
import { fetchAdvice } from './fetch-advice.ts'
import { listAll, mayHide } from './list-all.ts'

/** How many digits an id needs, and how many are shown. */
const LEAST = 4
const SHOWN = 8
/** How many runs are listed if an id was not found. */
const CANDIDATES = 8

/** The full id of the only run whose id begins with the given digits. */
export async function resolveId(repository: Repository, given: string): Promise<string> {
  const beginning = given.toLowerCase()
  const width = repository.format === 'sha1' ? 40 : 64
  if (!/^[0-9a-f]+$/.test(beginning) || beginning.length < LEAST || beginning.length > width) {
    throw new CommandError(
      `"${given}" is not the id of a run; give its ${width} hex digits, or at least the first ${LEAST}`,
      2,
    )
  }
  // The repository reports what is wrong with a full id.
  if (beginning.length === width) return beginning
  const { runs, fault } = await listAll(repository)
  // A run that could not be listed may be the one.
  if (fault !== undefined && mayHide(fault, beginning)) throw fault
  const found = runs.filter(({ id }) => id.startsWith(beginning))
  if (found.length === 1) return (found[0] as RecordedRun).id
  if (found.length > 1) {
    throw new CommandError(
      `the ids of ${found.length} runs begin with "${beginning}"; give more digits:\n${candidates(found)}`,
    )
  }
  const advice = runs.length === 0 ? await fetchAdvice(repository) : undefined
  const none = advice === undefined ? 'it has no runs' : `it has no runs; ${advice}`
  const others = runs.length === 0 ? none : `it has these runs:\n${candidates(runs)}`
  throw new CommandError(`no run in ${repository.directory} has an id that begins with "${beginning}"; ${others}`)
}

/** How many digits to show so that no two of these ids look the same. */
export function digitsOf(ids: readonly string[]): number {
  const sorted = ids.toSorted()
  let digits = SHOWN
  for (let at = 1; at < sorted.length; at++) {
    const [one, other] = [sorted[at - 1] as string, sorted[at] as string]
    while (digits < one.length && one.startsWith(other.slice(0, digits))) digits++
  }
  return digits
}

/** The first digits of an oid. */
export function shortOid(oid: string): string {
  return oid.slice(0, SHOWN)
}

function candidates(runs: readonly RecordedRun[]): string {
  const digits = digitsOf(runs.map(({ id }) => id))
  const lines = runs
    .slice(0, CANDIDATES)
    .map(({ id, machine: { name, version }, sequence }) => `${id.slice(0, digits)} ${name}@${version} at ${sequence}`)
  const more = runs.length - lines.length
  return [...lines, ...(more > 0 ? [`and ${more} more: "xmachines runs" lists all`] : [])].join('\n')
}
