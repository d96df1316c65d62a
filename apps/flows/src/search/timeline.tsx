// The requests to the server on a timeline, one below the other. The lines of the grid are one second apart.

import { type CSSProperties, type ReactElement, useEffect, useState } from 'react'

import type { Clock } from './clock.ts'
import type { Request } from './server.ts'
import { layOut } from './timeline-layout.ts'

interface TimelineProps {
  readonly requests: readonly Request[]
  /** The turns that were dropped without an abort. */
  readonly dropped: readonly number[]
  readonly clock: Clock
}

/** The latest requests, oldest first. */
export function Timeline({ requests, dropped, clock }: TimelineProps): ReactElement {
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
        const outcome = isTooLate(request, dropped) ? 'too late' : request.outcome
        return (
          <li key={`${request.turn} ${request.askedAt}`} data-outcome={outcome}>
            <code>{request.query}</code>
            <div className="track" aria-hidden="true">
              <div
                className="bar"
                style={{ left: `${(start / length) * 100}%`, width: `${((end - start) / length) * 100}%` }}
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
