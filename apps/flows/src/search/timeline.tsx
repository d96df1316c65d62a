// The requests to the server on a timeline, one below the other. The lines of the grid are one second apart.

import { type CSSProperties, type ReactElement, useEffect, useState } from 'react'

import type { Clock } from './clock.ts'
import type { Request } from './server.ts'
import { layOut } from './timeline-layout.ts'

interface TimelineProps {
  readonly requests: readonly Request[]
  readonly clock: Clock
}

/** The latest requests, oldest first. */
export function Timeline({ requests, clock }: TimelineProps): ReactElement {
  const now = useNow(
    clock,
    requests.some(({ endedAt }) => endedAt === undefined),
  )
  if (requests.length === 0)
    return <p className="quiet timeline-empty">None yet. Each request will appear as a bar as long as its duration.</p>
  const { bars, length } = layOut(requests, now)
  // The types of React do not include custom properties.
  const grid = { '--second': `${100_000 / length}%` } as CSSProperties
  return (
    <ol className="timeline" aria-label="Requests, newest last" style={grid}>
      {bars.map(({ request, start, end }) => {
        return (
          <li key={request.number} data-outcome={request.outcome}>
            <code>{request.query}</code>
            <div className="track" aria-hidden="true">
              <div
                className="bar"
                style={{ left: `${(start / length) * 100}%`, width: `${((end - start) / length) * 100}%` }}
              />
            </div>
            <span>{request.outcome}</span>
          </li>
        )
      })}
    </ol>
  )
}

/** The time of a clock, updated every frame while a request runs. */
function useNow(clock: Clock, isRunning: boolean): number {
  const [now, setNow] = useState(() => clock.now())
  useEffect(() => {
    if (!isRunning) return undefined
    let frame = requestAnimationFrame(tick)
    function tick(): void {
      setNow(clock.now())
      frame = requestAnimationFrame(tick)
    }
    return () => cancelAnimationFrame(frame)
  }, [clock, isRunning])
  return now
}
