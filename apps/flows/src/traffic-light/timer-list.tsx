// The running timers that the machine asked for.

import { type ReactElement, useLayoutEffect, useRef } from 'react'

import type { TrafficLightOutput } from './traffic-light.ts'

interface TimerListProps {
  readonly waits: readonly TrafficLightOutput[]
  readonly speed: number
}

/** The timers, each with its remaining time; nothing if none is running. */
export function TimerList({ waits, speed }: TimerListProps): ReactElement | undefined {
  if (waits.length === 0) return undefined
  return (
    <section aria-label="Timers" className="part">
      <h2>Timers</h2>
      <ul className="timers">
        {waits.map(({ at, milliseconds }) => (
          <li key={`${at} ${milliseconds}`}>
            <span>
              {at}, {milliseconds / 1000} s
            </span>
            <TimeLeft milliseconds={milliseconds} speed={speed} />
          </li>
        ))}
      </ul>
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
