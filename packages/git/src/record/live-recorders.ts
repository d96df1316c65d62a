// The recorders that are at work in a repository, by the refs that they record to. It holds none of them: a recorder
// that is dropped goes with its run.

import type { GitError } from '../git-error.ts'

/** A recorder, as the others see it. */
export interface LiveRecorder {
  readonly ref: string
  /** The run that it records. */
  readonly run: object
  /** Resolves once all that is committed now is recorded; rejects if it will not be. */
  flush(): Promise<unknown>
  /** Resolves once all that is committed now is recorded, or the recorder has failed. */
  idle(): Promise<void>
  /** Ends it because its run has another continuation elsewhere. */
  diverge(error: GitError): void
}

/** The recorders that are at work. */
export interface LiveRecorders {
  add(recorder: LiveRecorder): void
  remove(recorder: LiveRecorder): void
  /**
   * Flushes all recorders that record a run to a ref.
   * @returns whether there are any
   * @throws {GitError} if all of them fail
   */
  flush(ref: string, run: object): Promise<boolean>
  /** Resolves once all that is committed now is recorded, or its recorders have failed. */
  idle(): Promise<void>
  /** Ends all recorders that record to a ref. */
  diverge(ref: string, error: GitError): void
}

export function liveRecorders(): LiveRecorders {
  const byRef = new Map<string, WeakRef<LiveRecorder>[]>()

  function keep(ref: string, recorders: WeakRef<LiveRecorder>[]): void {
    const alive = recorders.filter((one) => one.deref() !== undefined)
    if (alive.length === 0) byRef.delete(ref)
    else byRef.set(ref, alive)
  }

  function recordersOf(ref: string): LiveRecorder[] {
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
      const recorders = recordersOf(ref).filter((one) => one.run === run)
      const flushed = await Promise.allSettled(recorders.map((one) => one.flush()))
      const [first] = flushed
      if (first?.status === 'rejected' && flushed.every(({ status }) => status === 'rejected')) throw first.reason
      return first !== undefined
    },
    async idle() {
      await Promise.all([...byRef.keys()].flatMap((ref) => recordersOf(ref).map((one) => one.idle())))
    },
    diverge(ref, error) {
      for (const one of recordersOf(ref)) one.diverge(error)
    },
  }
}
