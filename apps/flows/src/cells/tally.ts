// Counts what React does: outside of its state, since to count a cell must not render anything. A store, so that the
// figures are shown once they are complete.

/** What was committed and rendered since `begin`. */
interface Figures {
  readonly commits: number
  /** How often the page was told of them. */
  readonly updates: number
  /** How many cells were rendered. */
  readonly cells: number
}

export interface Tally {
  /** Begins anew behind the batch with this sequence. */
  readonly begin: (sequence: number) => void
  readonly cellRendered: () => void
  /** The page shows this sequence. */
  readonly shown: (sequence: number) => void
  readonly figures: () => Figures
  readonly subscribe: (listener: () => void) => () => void
}

const none: Figures = { commits: 0, updates: 0, cells: 0 }

/** Makes a tally that has counted nothing. */
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
