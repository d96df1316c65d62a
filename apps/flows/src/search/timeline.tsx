// The requests to the server, one below the other, as long as they take. A line of the grid is a second.

import { type CSSProperties, type ReactElement, useEffect, useState } from 'react'

import type { Clock } from './clock.ts'
import type { Request } from './server.ts'
import { layOut } from './timeline-layout.ts'

interface TimelineProps {
  readonly requests: readonly Request[]
  /** The turns whose answers nobody waits for. */
  readonly dropped: readonly number[]
  readonly clock: Clock
}

/** The latest requests, the oldest of them first. */
export function Timeline({ requests, dropped, clock }: TimelineProps): ReactElement {
  const now = useNow(
    clock,
    requests.some(({ endedAt }) => endedAt === undefined),
  )
  if (requests.length === 0)
    return <p className="quiet timeline-empty">None so far. Each will be a bar, as long as it takes.</p>
  const { bars, length } = layOut(requests, now)
  // Types of React know no custom properties.
  const grid = { '--second': `${100_000 / length}%` } as CSSProperties
  return (
    <ol className="timeline" aria-label="Requests, the newest last" style={grid}>
      {bars.map(({ request, from, to }) => {
        const outcome = isTooLate(request, dropped) ? 'too late' : request.outcome
        return (
          <li key={`${request.turn} ${request.askedAt}`} data-outcome={outcome}>
            <code>{request.query}</code>
            <div className="track" aria-hidden="true">
              <div
                className="bar"
                style={{ left: `${(from / length) * 100}%`, width: `${((to - from) / length) * 100}%` }}
              />
            </div>
            <span>{outcome}</span>
          </li>
        )
      })}
    </ol>
  )
}

function isTooLate({ outcome, turn }: Request, dropped: readonly number[]): boolean {
  return outcome === 'answered' && dropped.includes(turn)
}

/** The time by a clock, frame by frame while something is under way. */
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
