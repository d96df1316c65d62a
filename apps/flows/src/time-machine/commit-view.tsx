// One commit of a history: its oid and its events.

import type { HistoryRecord, RunEvent } from '@xmachines/core'
import type { ReactElement } from 'react'

import { briefLine } from '../parts/brief.ts'

interface CommitViewProps {
  readonly record: HistoryRecord<RunEvent>
  readonly sequence: number
}

/** A commit and its events. */
export function CommitView({ record, sequence }: CommitViewProps): ReactElement {
  return (
    <section aria-label={`Commit ${sequence}`} className="commit">
      <code className="oid" title={record.oid}>
        {record.oid.slice(0, 7)}
      </code>
      {'parent' in record ? (
        <ul className="events">
          {record.events.map(({ type, ...data }, index) => (
            <li key={index}>
              <span className="event">{type}</span>{' '}
              {Object.keys(data).length > 0 && <code className="quiet">{briefLine(data)}</code>}
            </li>
          ))}
        </ul>
      ) : (
        <span className="quiet">
          run {record.machine.name}@{record.machine.version}
        </span>
      )}
    </section>
  )
}
