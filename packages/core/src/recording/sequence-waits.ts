// Those who wait until a sequence is recorded.

interface Wait<Failure> {
  readonly sequence: number
  /** Whether a failure is reported to somebody who asked for it. */
  readonly reports: boolean
  readonly resolve: () => void
  readonly reject: (error: Failure) => void
}

/** The waits of one recorder. */
export interface SequenceWaits<Failure> {
  /** Whether somebody learns about a failure by waiting. */
  readonly reporting: boolean
  /** Resolves once a sequence is recorded; rejects if it will not be. */
  until(sequence: number, options?: { readonly reports: boolean }): Promise<void>
  /** Resolves the waits up to a sequence. */
  advance(recorded: number): void
  /** Rejects all waits. */
  fail(error: Failure): void
}

/** The waits of a recorder for which nobody waits yet. */
export function sequenceWaits<Failure extends Error>(): SequenceWaits<Failure> {
  let waits: Wait<Failure>[] = []
  return {
    get reporting() {
      return waits.some(({ reports }) => reports)
    },
    until: (sequence, { reports } = { reports: true }) =>
      new Promise((resolve, reject) => waits.push({ sequence, reports, resolve, reject })),
    advance(recorded) {
      const due = waits.filter(({ sequence }) => sequence <= recorded)
      waits = waits.filter(({ sequence }) => sequence > recorded)
      for (const { resolve } of due) resolve()
    },
    fail(error) {
      for (const { reject } of waits.splice(0)) reject(error)
    },
  }
}
