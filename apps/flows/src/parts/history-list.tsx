// The history of a run as it grows, one line for each commit: the newest on top, as `git log --oneline` has it. It is
// read as often as it is shown, and no more of it than is shown, so that neither a long history nor a fast one costs
// more. What comes through a stream is shown ten times a second; of what nobody can read, as much as there is room for.

import type { HistoryRecord, RunEvent } from '@xmachines/core'
import { memo, type ReactElement, useEffect, useState } from 'react'

import { briefLine } from './brief.ts'
import { follow } from './follow.ts'
import type { ObservedRun } from './observed-run.ts'
import { onceAFrame } from './once-a-frame.ts'

/** How many commits are shown, and how many events of each. */
const MOST_COMMITS = 100
const MOST_EVENTS = 8

/** How many commits are rendered together: with a new one, those of its page are, and not all. */
const PAGE = 10

/** How often commits are shown that come through a stream: in milliseconds. */
const STREAM_GAP = 100

/** How many at once are a flood, and how many are shown of one; then twice as many each time, until all are shown. */
const FLOOD = 8
const FLOOD_COMMITS = 10

type Records = readonly HistoryRecord<RunEvent>[]

/** The end of a history. */
interface LatestRecords {
  /** The newest records, the oldest of them first. */
  readonly records: Records
  /** How many came before them. */
  readonly older: number
}

/** The newest commits of a run. */
export function HistoryList({ run }: { readonly run: ObservedRun }): ReactElement {
  const latest = useLatestRecords(run)
  const { older } = latest
  return (
    <section aria-label="History" className="part">
      <h2>History</h2>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it takes the focus */}
      <ol className="history" reversed tabIndex={0} aria-label="Commits, the newest first">
        {pagesOf(latest).toReversed()}
      </ol>
      {older > 0 && <p className="quiet older">and {older.toLocaleString('en')} older</p>}
    </section>
  )
}

function useLatestRecords(run: ObservedRun): LatestRecords {
  const [latest, setLatest] = useState<LatestRecords>({ records: [], older: 0 })
  useEffect(() => {
    let seen = run.snapshot.current.sequence
    let most = MOST_COMMITS
    let stop: (() => void) | undefined

    const read = onceAFrame(() => {
      const { sequence } = run.snapshot.current
      most = sequence - seen > FLOOD ? FLOOD_COMMITS : Math.min(2 * most, MOST_COMMITS)
      seen = sequence
      const from = Math.max(0, sequence + 1 - most)
      const records: HistoryRecord<RunEvent>[] = []
      stop?.()
      stop = follow(
        run.history({ from }),
        (record) => records.push(record),
        () => setLatest({ records, older: from }),
      )
      if (most < MOST_COMMITS && from > 0) read(undefined, STREAM_GAP)
    })
    read()
    const unsubscribe = run.snapshot.subscribe((sent) => read(undefined, sent ? undefined : STREAM_GAP))
    return () => {
      unsubscribe()
      read.cancel()
      stop?.()
    }
  }, [run])
  return latest
}

function pagesOf({ records, older }: LatestRecords): ReactElement[] {
  const pages: ReactElement[] = []
  let end: number
  for (let at = 0; at < records.length; at = end) {
    const page = Math.floor((older + at) / PAGE)
    end = (page + 1) * PAGE - older
    pages.push(<Page key={page} records={records.slice(at, end)} />)
  }
  return pages
}

const Page = memo(
  function Page({ records }: { readonly records: Records }): ReactElement {
    return <>{records.map((record) => <Commit key={record.oid} record={record} />).toReversed()}</>
  },
  (before, after) =>
    before.records.length === after.records.length && isSame(before.records.at(-1), after.records.at(-1)),
)

const Commit = memo(
  function Commit({ record }: { readonly record: HistoryRecord<RunEvent> }): ReactElement {
    return (
      <li>
        <code className="oid" title={record.oid}>
          {record.oid.slice(0, 7)}
        </code>
        {'parent' in record ? (
          <ul className="events">{linesOf(record.events)}</ul>
        ) : (
          <span className="quiet">
            genesis of {record.machine.name}@{record.machine.version}
          </span>
        )}
      </li>
    )
  },
  (before, after) => isSame(before.record, after.record),
)

/** Records are made when they are read. Those of equal oids are equal, with all that came before them. */
function isSame(one: HistoryRecord<RunEvent> | undefined, other: HistoryRecord<RunEvent> | undefined): boolean {
  return one?.oid === other?.oid
}

/** A line for each event. */
function linesOf(events: readonly RunEvent[]): ReactElement[] {
  const lines = events.slice(0, MOST_EVENTS).map(({ type, ...data }, index) => (
    <li key={index}>
      <span className="event">{type}</span>{' '}
      {Object.keys(data).length > 0 && <code className="quiet">{briefLine(data)}</code>}
    </li>
  ))
  if (events.length <= MOST_EVENTS) return lines
  const more = (events.length - MOST_EVENTS).toLocaleString('en')
  return [...lines, <li key="more" className="quiet">{`and ${more} more in the same batch`}</li>]
}
