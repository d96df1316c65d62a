// The recorders of a repository that are at work, by the refs that they record to: for what is learned of a run
// elsewhere. Holds none of them: one that is dropped goes with its run.

import type { GitError } from './git-error.ts'

/** A recorder, as it is told of things. */
export interface LiveRecorder {
  readonly ref: string
  /** Its run was gone on with elsewhere. */
  onDiverged(error: GitError): void
}

/** Recorders that are at work. */
export interface LiveRecorders {
  add(recorder: LiveRecorder): void
  remove(recorder: LiveRecorder): void
  /** Tells all that record to a ref. */
  onDiverged(ref: string, error: GitError): void
}

export function liveRecorders(): LiveRecorders {
  const byRef = new Map<string, WeakRef<LiveRecorder>[]>()

  function keep(ref: string, recorders: WeakRef<LiveRecorder>[]): void {
    const alive = recorders.filter((one) => one.deref() !== undefined)
    if (alive.length === 0) byRef.delete(ref)
    else byRef.set(ref, alive)
  }

  return {
    add(recorder) {
      keep(recorder.ref, [...(byRef.get(recorder.ref) ?? []), new WeakRef(recorder)])
    },
    remove(recorder) {
      const others = (byRef.get(recorder.ref) ?? []).filter((one) => one.deref() !== recorder)
      keep(recorder.ref, others)
    },
    onDiverged(ref, error) {
      for (const one of byRef.get(ref) ?? []) one.deref()?.onDiverged(error)
    },
  }
}
