// Measures how smoothly the page shows a run: commits, frames, and the time between two frames. The figures are shown
// four times a second, so that measuring costs no frames.

import { type ReactElement, useEffect, useState } from 'react'

import { Figures } from './figures.tsx'
import type { ObservedRun } from './observed-run.ts'

interface FrameMeterProps {
  readonly run: ObservedRun
  /** Whether to measure now. After that, the last figures stay. */
  readonly measuring: boolean
}

/** The measured figures. */
interface Measured {
  readonly commits: number
  /** The measured time, in milliseconds. */
  readonly time: number
  readonly frames: number
  /** The longest time between two frames, in milliseconds. */
  readonly largestGap: number
}

const none: Measured = { commits: 0, time: 0, frames: 0, largestGap: 0 }

/** The time between two updates of the figures, in milliseconds. */
const UPDATE = 250

/** Commits, frames, and the largest gap between two frames. */
export function FrameMeter({ run, measuring }: FrameMeterProps): ReactElement {
  const { commits, time, frames, largestGap } = useFigures(run, measuring)
  return (
    <Figures
      figures={[
        ['commits', commits.toLocaleString('en')],
        ['per second', time < UPDATE ? '–' : Math.round((commits / time) * 1000).toLocaleString('en')],
        ['frames', frames.toLocaleString('en')],
        ['largest gap', frames < 2 ? '–' : `${largestGap.toFixed(1)} ms`],
      ]}
    />
  )
}

function useFigures(run: ObservedRun, measuring: boolean): Measured {
  const [figures, setFigures] = useState(none)
  useEffect(() => {
    if (!measuring) return
    const { sequence } = run.snapshot.current
    const start = performance.now()
    let { frames, largestGap } = none
    let last: number | undefined

    function update(): void {
      const commits = run.snapshot.current.sequence - sequence
      setFigures({ commits, time: performance.now() - start, frames, largestGap })
    }

    function onFrame(time: number): void {
      frames++
      if (last !== undefined) largestGap = Math.max(largestGap, time - last)
      last = time
      frame = requestAnimationFrame(onFrame)
    }

    let frame = requestAnimationFrame(onFrame)
    const timer = setInterval(update, UPDATE)
    return () => {
      cancelAnimationFrame(frame)
      clearInterval(timer)
      update()
    }
  }, [run, measuring])
  return figures
}
