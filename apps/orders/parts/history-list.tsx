// What happened to an order, with who and when. The latest is first.

import type { Happening } from '../order/history.ts'

export function HistoryList({ happenings, pending }: { happenings: readonly Happening[]; pending: number }) {
  return (
    <ol className="history" reversed>
      {pending > 0 && <li className="pending">{pending} to be confirmed by the server …</li>}
      {happenings.map(({ sequence, oid, what, by, when }, at) => (
        // Events of a batch have one record, and none is ever moved.
        <li key={happenings.length - at}>
          <p>{what}</p>
          <p className="by">
            {by !== undefined && <span className="who-did">{by}</span>}
            {when !== undefined && <time>{when}</time>}
            <code title={`Batch ${sequence}: ${oid}`}>{oid.slice(0, 8)}</code>
          </p>
        </li>
      ))}
    </ol>
  )
}
