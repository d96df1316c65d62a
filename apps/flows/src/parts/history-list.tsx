// The history of a run as it grows, one line for each commit: the newest on top, as `git log --oneline` has it.

import type { HistoryRecord, RunEvent } from '@xmachines/core'
import { type ReactElement, useEffect, useState } from 'react'

import { follow } from './follow.ts'
import type { ObservedRun } from './observed-run.ts'

/** The commits of a run. */
export function HistoryList({ run }: { readonly run: ObservedRun }): ReactElement {
  const records = useHistory(run)
  return (
    <section aria-label="History" className="part">
      <h2>History</h2>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it takes the focus */}
      <ol className="history" reversed tabIndex={0} aria-label="Commits, the newest first">
        {records.map((record) => <Commit key={record.oid} record={record} />).toReversed()}
      </ol>
    </section>
  )
}

function useHistory(run: ObservedRun): readonly HistoryRecord<RunEvent>[] {
  const [records, setRecords] = useState<readonly HistoryRecord<RunEvent>[]>([])
  useEffect(
    () =>
      follow(run.history({ follow: true }), (record) =>
        // A history begins with its genesis, also when the effect is torn down and put back.
        setRecords((before) => ('parent' in record ? [...before, record] : [record])),
      ),
    [run],
  )
  return records
}

function Commit({ record }: { readonly record: HistoryRecord<RunEvent> }): ReactElement {
  return (
    <li>
      <code className="oid" title={record.oid}>
        {record.oid.slice(0, 7)}
      </code>
      {'parent' in record ? (
        <ul className="events">
          {record.events.map((event, index) => (
            <EventLine key={index} event={event} />
          ))}
        </ul>
      ) : (
        <span className="quiet">
          genesis of {record.machine.name}@{record.machine.version}
        </span>
      )}
    </li>
  )
}

function EventLine({ event: { type, ...data } }: { readonly event: RunEvent }): ReactElement {
  return (
    <li>
      <span className="event">{type}</span>{' '}
      {Object.keys(data).length > 0 && <code className="quiet">{JSON.stringify(data)}</code>}
    </li>
  )
}
