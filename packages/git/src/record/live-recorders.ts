// The recorders of a repository that are at work, by the refs that they record to: for what is learned of a run
// elsewhere. Holds none of them: one that is dropped goes with its run.

import type { GitError } from '../git-error.ts'

/** A recorder, as it is told of things. */
export interface LiveRecorder {
  readonly ref: string
  /** What it records. */
  readonly run: object
  /** Resolves once all that is committed now is recorded. */
  flush(): Promise<unknown>
  /** Its run was gone on with elsewhere. */
  onDiverged(error: GitError): void
}

/** Recorders that are at work. */
export interface LiveRecorders {
  add(recorder: LiveRecorder): void
  remove(recorder: LiveRecorder): void
  /**
   * Has all that record a run to a ref do so up to now; answers whether there are any.
   * @throws {GitError} where none of them can
   */
  flush(ref: string, run: object): Promise<boolean>
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

  function of(ref: string): LiveRecorder[] {
    return (byRef.get(ref) ?? []).flatMap((one) => one.deref() ?? [])
  }

  return {
    add(recorder) {
      keep(recorder.ref, [...(byRef.get(recorder.ref) ?? []), new WeakRef(recorder)])
    },
    remove(recorder) {
      const others = (byRef.get(recorder.ref) ?? []).filter((one) => one.deref() !== recorder)
      keep(recorder.ref, others)
    },
    async flush(ref, run) {
      const recorders = of(ref).filter((one) => one.run === run)
      const flushed = await Promise.allSettled(recorders.map((one) => one.flush()))
      const [first] = flushed
      if (first?.status === 'rejected' && flushed.every(({ status }) => status === 'rejected')) throw first.reason
      return first !== undefined
    },
    onDiverged(ref, error) {
      for (const one of of(ref)) one.onDiverged(error)
    },
  }
}
