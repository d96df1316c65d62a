// The outline of a machine whose states are in states, for those who draw it. Types only: a run needs nothing of it.

/** A state in an outline. */
export interface OutlineState {
  /** Unique in the outline. */
  readonly id: string
  readonly name: string
  /** The id of the state that it is in; undefined at the top. */
  readonly parent: string | undefined
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history' | 'deep history'
  /** Whether the state that it is in begins with it. The regions of a parallel state begin together, and none is marked. */
  readonly isInitial: boolean
}

/** An arrow in an outline. */
export interface OutlineArrow {
  /** The id of the state that it leaves; undefined for any state. */
  readonly from: string | undefined
  /** The id of the state that it leads to; undefined if the state stays. */
  readonly to: string | undefined
  /**
   * The type of the event that takes it. `*` is any; `a.*` is `a` and any that begins with `a.`; `''` is none: it is taken when
   * the state that it leaves is entered or done.
   */
  readonly event: string
  /** What takes it, in words, with its guard in brackets. */
  readonly label: string
}

/** The states and arrows of a machine whose states are in states. */
export interface MachineOutline {
  /** In document order: each state comes after the one that it is in. */
  readonly states: readonly OutlineState[]
  readonly arrows: readonly OutlineArrow[]
  /** The ids of the states in which a run with this state is, each after the one that it is in. */
  activeIn(state: unknown): readonly string[]
}
