// The waits that somebody with a clock is at, as the machine asked for them: also those that it no longer cares about.

import { type ReactElement, useLayoutEffect, useRef } from 'react'

import type { TrafficLightOutput } from './traffic-light.ts'

interface TimerListProps {
  readonly waits: readonly TrafficLightOutput[]
  /** The turn that the light waits for the end of, where it waits. */
  readonly turn: number | undefined
  readonly speed: number
}

/** What is being waited for, each with what is left of it. */
export function TimerList({ waits, turn, speed }: TimerListProps): ReactElement {
  return (
    <section aria-label="Timers" className="part">
      <h2>Timers</h2>
      {waits.length === 0 ? (
        <p className="quiet">Nobody waits.</p>
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
