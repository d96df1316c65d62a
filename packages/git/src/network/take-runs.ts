// Moves the refs of runs to fetched commits that continue them; never back, and never to another history.

import { GitError } from '../git-error.ts'
import { syncDirectory } from '../process/sync-directory.ts'
import { readHead } from '../refs/read-head.ts'
import { type MoveFailure, RefMismatch } from '../refs/ref-moves.ts'
import { runRef } from '../refs/ref-names.ts'
import { syncRefs } from '../refs/ref-sync.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { type Candidate, type RemoteRun, type Verdict, verifyFetched } from './verify-fetched.ts'

/** A run that was fetched. */
export interface FetchedRun {
  readonly id: string
  /** Its head here now; undefined if it is not here. */
  readonly head: string | undefined
  /** Its sequence here now; −1 if it is not here. */
  readonly sequence: number
  /** Its sequence here before the fetch; −1 if it was not here. */
  readonly before: number
  /** Its head at the remote; if the run is longer here, that is an earlier batch of it. */
  readonly remoteHead: string
  /**
   * Why the run was not taken, or a snapshot of it was not (`SNAPSHOT_MISMATCH`). Only `fetch(remote, 'all')` sets it;
   * for a single run the error is thrown.
   */
  readonly error: GitError | undefined
}

/** How often to look again at a ref that others keep moving. */
const MOST_ROUNDS = 8

/** Takes fetched runs, each on its own. */
export async function takeRuns(context: RepositoryContext, found: readonly RemoteRun[]): Promise<FetchedRun[]> {
  const taken: FetchedRun[] = []
  /** The sequence of each before anything was moved. */
  const before = new Map<RemoteRun, number>()
  let due = [...found.keys()]
  for (let round = 1; due.length > 0; round++) {
    const candidates = await Promise.all(due.map((at) => withLocal(context, found[at] as RemoteRun)))
    const verdicts = await verifyFetched(context, candidates)
    const failures = await move(context, candidates, verdicts)
    const again: number[] = []
    for (const [nth, at] of due.entries()) {
      const candidate = candidates[nth] as Candidate
      const remoteRun = found[at] as RemoteRun
      if (round === 1) before.set(remoteRun, candidate.local?.sequence ?? -1)
      const failure = failures[nth]
      // Somebody else moved it meanwhile: verify it again from there.
      if (failure instanceof RefMismatch && round < MOST_ROUNDS) again.push(at)
      else {
        const verdict = verdicts[nth] as Verdict
        taken[at] = resultOf(context, candidate, { before: before.get(remoteRun) as number, verdict, failure })
      }
    }
    due = again
  }
  return taken
}

async function withLocal(context: RepositoryContext, run: RemoteRun): Promise<Candidate> {
  const head = await readHead(context, runRef(run.name, run.id))
  return { ...run, local: head?.commit === undefined ? undefined : head }
}

/** Moves the runs that continue what is here; says which of them were not moved, and why. */
async function move(
  context: RepositoryContext,
  candidates: readonly Candidate[],
  verdicts: readonly Verdict[],
): Promise<MoveFailure[]> {
  const failures: MoveFailure[] = []
  const ahead: { readonly nth: number; readonly ref: string; readonly machine: string | undefined }[] = []
  await Promise.all(
    verdicts.map(async (verdict, nth) => {
      if (verdict instanceof GitError || verdict.is !== 'ahead') return
      const { name, id } = candidates[nth] as Candidate
      try {
        if (verdict.machine !== undefined) await context.ensureMachine(verdict.machine, context.mover)
        ahead.push({ nth, ref: runRef(name, id), machine: verdict.machine?.ref })
      } catch (thrown) {
        failures[nth] = thrown as GitError
      }
    }),
  )
  if (ahead.length === 0) return failures
  // The objects must be on disk before a ref points to them.
  await syncDirectory(context.packDirectory)
  const moves = ahead.map(({ nth, ref }) => {
    const { head, local } = candidates[nth] as Candidate
    return { ref, to: head, from: local?.oid }
  })
  for (const [at, failure] of (await context.mover.move(moves)).entries()) {
    failures[(ahead[at] as { nth: number }).nth] = failure
  }
  await syncRefs(
    context.gitDirectory,
    ahead.flatMap(({ ref, machine }) => (machine === undefined ? [ref] : [ref, machine])),
  )
  return failures
}

function resultOf(
  context: RepositoryContext,
  { id, name, head, local }: Candidate,
  {
    before,
    verdict,
    failure,
  }: {
    readonly before: number
    readonly verdict: Verdict
    readonly failure: MoveFailure
  },
): FetchedRun {
  const ref = runRef(name, id)
  const unmoved = { id, head: local?.oid, sequence: local?.sequence ?? -1, before, remoteHead: head }
  if (verdict instanceof GitError) {
    if (verdict.code === 'HISTORY_DIVERGED') context.runDiverged(ref, verdict)
    return { ...unmoved, error: verdict }
  }
  if (failure instanceof RefMismatch) {
    const why = `others keep moving ${ref} in ${context.directory}; fetch it again`
    return { ...unmoved, error: new GitError('REPOSITORY_LOCKED', why, { run: id }) }
  }
  if (failure !== undefined) return { ...unmoved, error: failure }
  if (verdict.is === 'known') return { ...unmoved, error: undefined }
  return { ...unmoved, head, sequence: verdict.sequence, error: undefined }
}
