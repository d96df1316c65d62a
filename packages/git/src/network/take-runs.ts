// Moves the refs of runs to what was fetched, where that goes on from what is here; never back, and never elsewhere.

import { GitError } from '../git-error.ts'
import { readCommit } from '../objects/commit.ts'
import { RefMismatch } from '../refs/ref-moves.ts'
import { runRef } from '../refs/ref-names.ts'
import { syncRefs } from '../refs/ref-sync.ts'
import { syncDirectory } from '../write/pack-store.ts'
import type { NetworkPlace } from './remote-calls.ts'
import { type Fetched, type Verdict, verifyFetched } from './verify-fetched.ts'

/** A run that was fetched. */
export interface FetchedRun {
  readonly id: string
  /** Where it stands here now; undefined where it is not here. */
  readonly head: string | undefined
  /** Its sequence here, now and before the fetch; −1 where it is not here. */
  readonly sequence: number
  readonly before: number
  /** Where it stands at the remote; where it is further here, that is an earlier batch of it. */
  readonly remote: string
  /**
   * Why it was left as it was, or a snapshot of it was not taken (`SNAPSHOT_MISMATCH`); only of runs that were fetched
   * with others.
   */
  readonly error: GitError | undefined
}

/** A run where a remote has it. */
export interface Found {
  readonly id: string
  /** The name of the machine, as the remote's ref says. */
  readonly name: string
  readonly head: string
}

/** How often a ref that others move meanwhile is looked at again. */
const MOST_ROUNDS = 8

/** Takes what was fetched of some runs, each for itself. */
export async function takeRuns(place: NetworkPlace, found: readonly Found[]): Promise<FetchedRun[]> {
  const taken: FetchedRun[] = []
  /** Where each stood at first. */
  const before = new Map<Found, number>()
  let due = [...found.keys()]
  for (let round = 1; due.length > 0; round++) {
    const fetched = await Promise.all(due.map((at) => withLocal(place, found[at] as Found)))
    const verdicts = await verifyFetched(place, fetched)
    const failures = await move(place, fetched, verdicts)
    const again: number[] = []
    for (const [nth, at] of due.entries()) {
      const run = found[at] as Found
      const { local } = fetched[nth] as Fetched
      if (round === 1) before.set(run, local?.sequence ?? -1)
      const failure = failures[nth]
      // Somebody else moved it meanwhile: what is right now is asked anew.
      if (failure instanceof RefMismatch && round < MOST_ROUNDS) again.push(at)
      else taken[at] = tell(place, run, before.get(run) as number, local, verdicts[nth] as Verdict, failure)
    }
    due = again
  }
  return taken
}

async function withLocal({ read }: NetworkPlace, run: Found): Promise<Fetched> {
  const object = await read(runRef(run.name, run.id))
  const commit = object === undefined ? undefined : readCommit(object)
  const local =
    object === undefined || commit === undefined
      ? undefined
      : { oid: object.oid, sequence: commit.committed - commit.authored }
  return { ...run, local }
}

type MoveFailure = RefMismatch | GitError | undefined

/** Moves those that go on from what is here; answers why others were not moved, of which something went wrong. */
async function move(
  place: NetworkPlace,
  fetched: readonly Fetched[],
  verdicts: readonly Verdict[],
): Promise<MoveFailure[]> {
  const failures: MoveFailure[] = []
  const ahead: { readonly nth: number; readonly ref: string; readonly machine: string | undefined }[] = []
  await Promise.all(
    verdicts.map(async (verdict, nth) => {
      if (verdict instanceof GitError || verdict.is !== 'ahead') return
      const { name, id } = fetched[nth] as Fetched
      try {
        if (verdict.machine !== undefined) await place.ensureMachine(verdict.machine, place.mover)
        ahead.push({ nth, ref: runRef(name, id), machine: verdict.machine?.ref })
      } catch (thrown) {
        failures[nth] = thrown as GitError
      }
    }),
  )
  if (ahead.length === 0) return failures
  // What a ref will hold is on disk before the ref is.
  await syncDirectory(place.packDirectory)
  const moves = ahead.map(({ nth, ref }) => {
    const { head, local } = fetched[nth] as Fetched
    return { ref, to: head, from: local?.oid }
  })
  for (const [at, failure] of (await place.mover.move(moves)).entries()) {
    failures[(ahead[at] as { nth: number }).nth] = failure
  }
  await syncRefs(
    place.gitDirectory,
    ahead.flatMap(({ ref, machine }) => (machine === undefined ? [ref] : [ref, machine])),
  )
  return failures
}

function tell(
  place: NetworkPlace,
  { id, name, head }: Found,
  before: number,
  local: Fetched['local'],
  verdict: Verdict,
  failure: MoveFailure,
): FetchedRun {
  const ref = runRef(name, id)
  const at = { id, head: local?.oid, sequence: local?.sequence ?? -1, before, remote: head }
  if (verdict instanceof GitError) {
    if (verdict.code === 'HISTORY_DIVERGED') place.onDiverged(ref, verdict)
    return { ...at, error: verdict }
  }
  if (failure instanceof RefMismatch) {
    const why = `${ref} in ${place.directory} is moved by others all the time; fetch it again`
    return { ...at, error: new GitError('REPOSITORY_LOCKED', why, { run: id }) }
  }
  if (failure !== undefined) return { ...at, error: failure }
  if (verdict.is === 'known') return { ...at, error: undefined }
  return { ...at, head, sequence: verdict.sequence, error: undefined }
}
