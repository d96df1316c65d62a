// The running timers that the machine asked for, including those that it no longer needs.

import { type ReactElement, useLayoutEffect, useRef } from 'react'

import type { TrafficLightOutput } from './traffic-light.ts'

interface TimerListProps {
  readonly waits: readonly TrafficLightOutput[]
  /** The turn whose end the light waits for; undefined if it does not wait. */
  readonly turn: number | undefined
  readonly speed: number
}

/** The timers, each with its remaining time. */
export function TimerList({ waits, turn, speed }: TimerListProps): ReactElement {
  return (
    <section aria-label="Timers" className="part">
      <h2>Timers</h2>
      {waits.length === 0 ? (
        <p className="quiet">No timer is running.</p>
      ) : (
        <ul className="timers">
          {waits.map((wait) => (
            <li key={wait.turn} data-late={wait.turn !== turn}>
              <span>
                Turn {wait.turn}, {wait.milliseconds / 1000} s
              </span>
              {wait.turn !== turn && <span className="quiet">too late to change anything</span>}
              <TimeLeft milliseconds={wait.milliseconds} speed={speed} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function TimeLeft({ milliseconds, speed }: { readonly milliseconds: number; readonly speed: number }): ReactElement {
  const bar = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    for (const animation of bar.current?.getAnimations() ?? []) animation.updatePlaybackRate(speed)
  }, [speed])
  return <div ref={bar} className="time-left" style={{ animationDuration: `${milliseconds}ms` }} />
}
