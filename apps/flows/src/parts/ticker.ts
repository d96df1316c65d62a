// Repeats something at intervals. A flow receives its ticker as a prop, so that a play function can tick without
// waiting.

/** Calls back repeatedly; returns a function that stops it. */
export type Ticker = (tick: () => void) => () => void

/** A ticker with a fixed interval in milliseconds. */
export function everyMilliseconds(milliseconds: number): Ticker {
  return (tick) => {
    const timer = setInterval(tick, milliseconds)
    return () => clearInterval(timer)
  }
}
