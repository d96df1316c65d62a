// How smooth a page is: the time between one frame and the next, measured while something goes on. It is told four
// times a second, so that measuring costs no frames.

import { type ReactElement, useEffect, useState } from 'react'

/** What was measured, since it was last begun. */
interface Frames {
  readonly count: number
  /** The longest time between two frames, in milliseconds. */
  readonly largestGap: number
}

const none: Frames = { count: 0, largestGap: 0 }

/** How long between two tellings: in milliseconds. */
const TELLING = 250

/** The frames that were shown, and the largest gap between two: of what goes on, or of what did so last. */
export function FrameMeter({ measuring }: { readonly measuring: boolean }): ReactElement {
  const { count, largestGap } = useFrames(measuring)
  return (
    <dl className="figures">
      <div>
        <dt>frames</dt>
        <dd>{count.toLocaleString('en')}</dd>
      </div>
      <div>
        <dt>largest gap</dt>
        <dd>{count < 2 ? '–' : `${largestGap.toFixed(1)} ms`}</dd>
      </div>
    </dl>
  )
}

function useFrames(measuring: boolean): Frames {
  const [frames, setFrames] = useState(none)
  useEffect(() => {
    if (!measuring) return
    let { count, largestGap } = none
    let last: number | undefined
    const tell = (): void => setFrames({ count, largestGap })
    // The time that a frame is given lies before what held it up: the clock is read instead.
    const onFrame = (): void => {
      const now = performance.now()
      count++
      if (last !== undefined) largestGap = Math.max(largestGap, now - last)
      last = now
      frame = requestAnimationFrame(onFrame)
    }
    let frame = requestAnimationFrame(onFrame)
    const timer = setInterval(tell, TELLING)
    return () => {
      cancelAnimationFrame(frame)
      clearInterval(timer)
      tell()
    }
  }, [measuring])
  return frames
}
