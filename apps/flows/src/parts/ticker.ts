// What moves something on again and again. A flow gets it from outside, so that a play can tick instead of waiting.

/** Calls back again and again, until the function it answers with is called. */
export type Ticker = (tick: () => void) => () => void

/** A ticker that ticks every so many milliseconds. */
export function everyMilliseconds(milliseconds: number): Ticker {
  return (tick) => {
    const timer = setInterval(tick, milliseconds)
    return () => clearInterval(timer)
  }
}
