// The history of a run while it grows, newest commit first, one line each, as in `git log --oneline`. It reads only the
// commits that it shows, and only when it shows them, so that a long or fast history costs no more than a short one.
// Streamed commits are shown ten times a second. If too many come to read, only a few of them are shown.

import type { HistoryRecord, RunEvent } from '@xmachines/core'
import { memo, type ReactElement, useEffect, useLayoutEffect, useRef, useState } from 'react'

import { briefLine } from './brief.ts'
import { follow } from './follow.ts'
import type { ObservedRun } from './observed-run.ts'
import { onceAFrame } from './once-a-frame.ts'

/** The most commits that are shown, and the most events of each. */
const MOST_COMMITS = 100
const MOST_EVENTS = 8

/** How many commits make a page. A new commit renders its page only, and not all commits. */
const PAGE = 10

/** The time between two updates with streamed commits, in milliseconds. */
const STREAM_GAP = 100

/** From this many new commits on, only the given number is shown; then twice as many at each update, until all are. */
const FLOOD = 8
const FLOOD_COMMITS = 10

type Records = readonly HistoryRecord<RunEvent>[]

/** The end of a history. */
interface LatestRecords {
  /** The newest records, oldest first. */
  readonly records: Records
  /** The number of records before them. */
  readonly older: number
}

/** A place in the past of a run. */
export interface PastPlace {
  /** All records of the run, oldest first. */
  readonly records: Records
  /** The sequence of the commit to point at. */
  readonly sequence: number
}

interface HistoryListProps {
  readonly run: ObservedRun
  /** Shows the commits around a place in the past instead of the newest ones. */
  readonly past?: PastPlace | undefined
}

/** The newest commits of a run, or those around a commit of the past. */
export function HistoryList({ run, past }: HistoryListProps): ReactElement {
  const latest = useLatestRecords(run)
  const { records, older } = past === undefined ? latest : recordsAround(past)
  const newer = past === undefined ? 0 : past.records.length - older - records.length
  const list = useRef<HTMLOListElement>(null)
  useLayoutEffect(() => showCurrent(list.current), [past?.sequence])
  return (
    <section aria-label="History" className="part">
      <h2>History</h2>
      {newer > 0 && <p className="quiet newer">{newer.toLocaleString('en')} newer</p>}
      <ol
        ref={list}
        className="history"
        reversed
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it takes the focus
        tabIndex={0}
        aria-label="Commits, newest first"
      >
        {pagesOf({ records, older }, past?.sequence).toReversed()}
      </ol>
      {older > 0 && <p className="quiet older">and {older.toLocaleString('en')} older</p>}
    </section>
  )
}

/** As many records as are shown, with a commit of the past among them. They start at a page, so that a step changes few. */
function recordsAround({ records, sequence }: PastPlace): LatestRecords {
  const page = Math.floor((sequence - MOST_COMMITS / 2) / PAGE) * PAGE
  const older = Math.max(0, Math.min(page, records.length - MOST_COMMITS))
  return { records: records.slice(older, older + MOST_COMMITS), older }
}

/** Scrolls the list to its current commit. `scrollIntoView` would scroll the page, too. */
function showCurrent(list: HTMLElement | null): void {
  const current = list?.querySelector('[aria-current]')
  if (list === null || current === null || current === undefined) return
  const [outer, inner] = [list.getBoundingClientRect(), current.getBoundingClientRect()]
  if (inner.top < outer.top) list.scrollTop -= outer.top - inner.top
  else if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom
}

function useLatestRecords(run: ObservedRun): LatestRecords {
  const [latest, setLatest] = useState<LatestRecords>({ records: [], older: 0 })
  useEffect(() => {
    const latestSequence = (): number => run.snapshot.current.sequence - (run.pending ?? 0)
    let seen = latestSequence()
    let most = MOST_COMMITS
    let stop: (() => void) | undefined

    const read = onceAFrame(() => {
      const sequence = latestSequence()
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
    const unlisten = run.onChange?.(() => read(undefined, STREAM_GAP))
    return () => {
      unsubscribe()
      unlisten?.()
      read.cancel()
      stop?.()
    }
  }, [run])
  return latest
}

function pagesOf({ records, older }: LatestRecords, current: number | undefined): ReactElement[] {
  const pages: ReactElement[] = []
  let end: number
  for (let at = 0; at < records.length; at = end) {
    const page = Math.floor((older + at) / PAGE)
    end = (page + 1) * PAGE - older
    const place = current === undefined ? -1 : current - older - at
    pages.push(<Page key={page} records={records.slice(at, end)} current={place < PAGE ? place : -1} />)
  }
  return pages
}

const Page = memo(
  function Page({ records, current }: { readonly records: Records; readonly current: number }): ReactElement {
    const commits = records.map((record, at) => <Commit key={record.oid} record={record} isCurrent={at === current} />)
    return <>{commits.toReversed()}</>
  },
  (before, after) =>
    before.current === after.current &&
    before.records.length === after.records.length &&
    isSame(before.records.at(-1), after.records.at(-1)),
)

interface CommitProps {
  readonly record: HistoryRecord<RunEvent>
  readonly isCurrent: boolean
}

const Commit = memo(
  function Commit({ record, isCurrent }: CommitProps): ReactElement {
    return (
      <li aria-current={isCurrent || undefined}>
        <code className="oid" title={record.oid}>
          {record.oid.slice(0, 7)}
        </code>
        {'parent' in record ? (
          <ul className="events">{linesOf(record.events)}</ul>
        ) : (
          <span className="quiet">
            run {record.machine.name}@{record.machine.version}
          </span>
        )}
      </li>
    )
  },
  (before, after) => before.isCurrent === after.isCurrent && isSame(before.record, after.record),
)

/** Every read makes new record objects. Equal oids mean equal records with equal histories. */
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
