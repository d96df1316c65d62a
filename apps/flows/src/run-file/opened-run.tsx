// A run that was opened from a file, at any of its commits.

import type { Run, RunEvent } from '@xmachines/core'
import { testOf } from '@xmachines/core/testing'
import { type ReactElement, type ReactNode, useMemo } from 'react'

import { briefLine, briefPage } from '../parts/brief.ts'
import { Flow } from '../parts/flow.tsx'
import { useMoments } from '../parts/moments.ts'
import { Slider } from '../parts/slider.tsx'
import type { SourceFile } from '../parts/sources.tsx'
import { StateDiagram } from '../parts/state-diagram.tsx'
import { everyMilliseconds } from '../parts/ticker.ts'
import { useTravel } from '../parts/travel.ts'
import './run-file.css'

/** A refusal that a captured run brought along. Its members come from outside. */
export interface CapturedRefusal {
  readonly code?: unknown
  readonly sequence?: unknown
  readonly batch?: unknown
}

interface OpenedRunProps {
  readonly page: { readonly title: string; readonly lead: string; readonly code: readonly SourceFile[] }
  readonly run: Run<unknown, RunEvent, unknown, unknown>
  readonly refusals: readonly CapturedRefusal[]
  readonly children: ReactNode
}

const ticker = everyMilliseconds(500)

/** The history on a slider, the state there, and what the file has beside it. */
export function OpenedRun({ page, run, refusals, children }: OpenedRunProps): ReactElement {
  const moments = useMoments(run)
  const last = Math.max(0, moments.length - 1)
  const travel = useTravel(run, last, ticker)
  const sequence = travel.sequence ?? last
  const moment = moments[sequence]
  const records = useMemo(() => moments.map(({ record }) => record), [moments])
  const test = useMemo(() => {
    const captured = { ...run.toJSON(), refusals }
    return testOf(captured, { machine: run.machine })
  }, [run, refusals])
  const past = moment === undefined ? undefined : { records, sequence, snapshot: moment.snapshot }
  const state = past?.snapshot.state ?? run.state
  const at = (state as { readonly at?: unknown } | null)?.at
  return (
    <Flow
      {...page}
      run={run}
      isAboutHistory
      past={past}
      beside={typeof at === 'string' && <StateDiagram machine={run.machine} at={at} />}
    >
      <section aria-label="Replay" className="part files">
        <Slider
          label="Commit"
          value={sequence}
          min={0}
          max={last}
          meaning={`${sequence} of ${last}`}
          onChange={travel.go}
        />
        <div className="actions">
          <button type="button" className="primary" disabled={last === 0} onClick={travel.toggleReplay}>
            {travel.isReplaying ? 'Pause' : 'Replay'}
          </button>
        </div>
        <StateAt before={moments[sequence - 1]?.snapshot.state} state={state} />
        <details>
          <summary>As a test</summary>
          <pre className="state">{test}</pre>
        </details>
      </section>
      {refusals.length > 0 && (
        <section aria-label="Captured refusals" className="part">
          <h2>Refusals in the file</h2>
          <ul>
            {refusals.map(({ code, sequence: after, batch }, index) => (
              <li key={index}>
                <span className="event">{String(code)}</span>{' '}
                <span className="quiet">after sequence {String(after)}</span> <code>{briefLine(batch)}</code>
              </li>
            ))}
          </ul>
        </section>
      )}
      {children}
    </Flow>
  )
}

interface StateAtProps {
  /** The state before the commit; undefined at the beginning. */
  readonly before: unknown
  readonly state: unknown
}

/** The state at a commit, and what the commit changed. */
function StateAt({ before, state }: StateAtProps): ReactElement {
  const text = useMemo(() => briefPage(state), [state])
  const changes = useMemo(() => (before === undefined ? undefined : changesOf(before, state)), [before, state])
  return (
    <div className="state-there">
      <h2>State</h2>
      <pre className="state">{text}</pre>
      {changes !== undefined && (
        <>
          <h2>{changes.length === 0 ? 'It changed nothing' : 'What changed'}</h2>
          <ul>
            {changes.map((change) => (
              <li key={change}>
                <code>{change}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

/** The members that differ, each in one line. What is no object changes as a whole. */
function changesOf(before: unknown, after: unknown): readonly string[] {
  if (before === after) return []
  if (!isRecord(before) || !isRecord(after)) return [`${briefLine(before)} → ${briefLine(after)}`]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
    if (JSON.stringify(before[name]) === JSON.stringify(after[name])) return []
    const [from, to] = [before, after].map((state) => (Object.hasOwn(state, name) ? briefLine(state[name]) : 'none'))
    // A long member is printed in part, and may have changed in another.
    return [`${name}: ${from === to ? `changed within ${to}` : `${from} → ${to}`}`]
  })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
