// Counts renders outside of React's state, because counting must not render anything. It is an external store that
// notifies the page when the figures of a change are complete.

/** The commits and renders since `begin`. */
interface Figures {
  readonly commits: number
  /** The number of page updates. */
  readonly updates: number
  /** The number of cell renders. */
  readonly cells: number
}

export interface Tally {
  /** Starts counting after the batch with this sequence. */
  readonly begin: (sequence: number) => void
  readonly cellRendered: () => void
  /** Call this when the page shows this sequence. */
  readonly shown: (sequence: number) => void
  readonly figures: () => Figures
  readonly subscribe: (listener: () => void) => () => void
}

const none: Figures = { commits: 0, updates: 0, cells: 0 }

/** Makes an empty tally. */
export function createTally(): Tally {
  const listeners = new Set<() => void>()
  let figures = none
  let first = 0
  let latest = 0
  let cells = 0
  return {
    begin(sequence) {
      figures = none
      first = sequence
      latest = sequence
      cells = 0
    },
    cellRendered() {
      cells++
    },
    shown(sequence) {
      if (sequence === latest) return
      latest = sequence
      figures = { commits: sequence - first, updates: figures.updates + 1, cells }
      for (const listener of listeners) listener()
    },
    figures: () => figures,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
