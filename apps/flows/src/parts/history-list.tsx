// The history of a run as it grows, one line for each commit: the newest on top, as `git log --oneline` has it. It is
// read once a frame and not once a commit, and no more of it than is shown: a long history, or one that grows by
// thousands a second, costs no more than another.

import type { HistoryRecord, RunEvent } from '@xmachines/core'
import { memo, type ReactElement, useEffect, useState } from 'react'

import { briefLine } from './brief.ts'
import { follow } from './follow.ts'
import type { ObservedRun } from './observed-run.ts'
import { onceAFrame } from './once-a-frame.ts'

/** How many commits are shown, and how many events of each. */
const MOST_COMMITS = 100
const MOST_EVENTS = 8

/** The end of a history. */
interface LatestRecords {
  /** The newest records, the oldest of them first. */
  readonly records: readonly HistoryRecord<RunEvent>[]
  /** How many came before them. */
  readonly older: number
}

/** The newest commits of a run. */
export function HistoryList({ run }: { readonly run: ObservedRun }): ReactElement {
  const { records, older } = useLatestRecords(run)
  return (
    <section aria-label="History" className="part">
      <h2>History</h2>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it takes the focus */}
      <ol className="history" reversed tabIndex={0} aria-label="Commits, the newest first">
        {records.map((record) => <Commit key={record.oid} record={record} />).toReversed()}
      </ol>
      {older > 0 && <p className="quiet older">and {older.toLocaleString('en')} older</p>}
    </section>
  )
}

function useLatestRecords(run: ObservedRun): LatestRecords {
  const [latest, setLatest] = useState<LatestRecords>({ records: [], older: 0 })
  useEffect(() => {
    let records: readonly HistoryRecord<RunEvent>[] = []
    /** The sequence of what comes behind them. */
    let next = 0
    let stop: (() => void) | undefined

    const readOn = onceAFrame(() => {
      const from = Math.max(next, run.snapshot.current.sequence + 1 - MOST_COMMITS)
      const fresh: HistoryRecord<RunEvent>[] = []
      stop?.()
      stop = follow(
        run.history({ from }),
        (record) => fresh.push(record),
        () => {
          if (fresh.length === 0) return
          records = [...records, ...fresh].slice(-MOST_COMMITS)
          next = from + fresh.length
          setLatest({ records, older: next - records.length })
        },
      )
    })
    readOn()
    const unsubscribe = run.snapshot.subscribe(() => readOn())
    return () => {
      unsubscribe()
      readOn.cancel()
      stop?.()
    }
  }, [run])
  return latest
}

const Commit = memo(function Commit({ record }: { readonly record: HistoryRecord<RunEvent> }): ReactElement {
  return (
    <li>
      <code className="oid" title={record.oid}>
        {record.oid.slice(0, 7)}
      </code>
      {'parent' in record ? (
        <Events events={record.events} />
      ) : (
        <span className="quiet">
          genesis of {record.machine.name}@{record.machine.version}
        </span>
      )}
    </li>
  )
})

function Events({ events }: { readonly events: readonly RunEvent[] }): ReactElement {
  const more = events.length - MOST_EVENTS
  return (
    <ul className="events">
      {events.slice(0, MOST_EVENTS).map((event, index) => (
        <EventLine key={index} event={event} />
      ))}
      {more > 0 && <li className="quiet">and {more.toLocaleString('en')} more in the same batch</li>}
    </ul>
  )
}

function EventLine({ event: { type, ...data } }: { readonly event: RunEvent }): ReactElement {
  return (
    <li>
      <span className="event">{type}</span>{' '}
      {Object.keys(data).length > 0 && <code className="quiet">{briefLine(data)}</code>}
    </li>
  )
}
