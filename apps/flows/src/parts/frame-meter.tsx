// How smoothly a run is shown: what it commits while something goes on, the frames in which that is shown, and the
// time between two of them. It is told four times a second, so that to measure costs no frames.

import { type ReactElement, useEffect, useState } from 'react'

import type { ObservedRun } from './observed-run.ts'

interface FrameMeterProps {
  readonly run: ObservedRun
  /** Whether it goes on: the figures are of what goes on, or of what did so last. */
  readonly measuring: boolean
}

/** What was measured. */
interface Figures {
  readonly commits: number
  /** How long it took, in milliseconds. */
  readonly time: number
  readonly frames: number
  /** The longest time between two frames, in milliseconds. */
  readonly largestGap: number
}

const none: Figures = { commits: 0, time: 0, frames: 0, largestGap: 0 }

/** How long between two tellings: in milliseconds. */
const TELLING = 250

/** Commits, frames, and the largest gap between two frames. */
export function FrameMeter({ run, measuring }: FrameMeterProps): ReactElement {
  const { commits, time, frames, largestGap } = useFigures(run, measuring)
  return (
    <dl className="figures">
      <div>
        <dt>commits</dt>
        <dd>{commits.toLocaleString('en')}</dd>
      </div>
      <div>
        <dt>a second</dt>
        <dd>{time < TELLING ? '–' : Math.round((commits / time) * 1000).toLocaleString('en')}</dd>
      </div>
      <div>
        <dt>frames</dt>
        <dd>{frames.toLocaleString('en')}</dd>
      </div>
      <div>
        <dt>largest gap</dt>
        <dd>{frames < 2 ? '–' : `${largestGap.toFixed(1)} ms`}</dd>
      </div>
    </dl>
  )
}

function useFigures(run: ObservedRun, measuring: boolean): Figures {
  const [figures, setFigures] = useState(none)
  useEffect(() => {
    if (!measuring) return
    const { sequence } = run.snapshot.current
    const start = performance.now()
    let last = start
    let { frames, largestGap } = none

    function tell(): void {
      const commits = run.snapshot.current.sequence - sequence
      setFigures({ commits, time: performance.now() - start, frames, largestGap })
    }

    // The time that a frame is given lies before what held it up: the clock is read instead.
    function onFrame(): void {
      const now = performance.now()
      frames++
      largestGap = Math.max(largestGap, now - last)
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
  }, [run, measuring])
  return figures
}
