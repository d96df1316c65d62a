'use client'

// The order as a run: its file, and the commands that show it where it is kept.

import { Fragment, useEffect, useState } from 'react'
import type { OrderRun } from './order-view.tsx'

export function RunFiles({ run, commands }: { run: OrderRun; commands: readonly string[] }) {
  const { head } = run
  // Without a script the link leads to the records, from which the run can be restored as well.
  const [file, setFile] = useState(`${run.url}/history`)
  useEffect(() => {
    const url = URL.createObjectURL(new Blob([JSON.stringify(run)], { type: 'application/json' }))
    setFile(url)
    return () => URL.revokeObjectURL(url)
    // oxlint-disable-next-line react/exhaustive-deps -- another head is another file
  }, [run, head])
  return (
    <section className="card files" aria-labelledby="files-title">
      <h2 id="files-title">The run behind it</h2>
      <dl className="facts">
        <dt>Id</dt>
        <dd>
          <code>{run.id}</code>
        </dd>
        <dt>Head</dt>
        <dd>
          <code>{head}</code>
        </dd>
      </dl>
      <p className="note">This page has replayed the whole history, and each object id is that of its content.</p>
      <a className="button quiet" href={file} download={`order-${run.id.slice(0, 8)}.run.json`}>
        Download the run file
      </a>
      <p className="note">The same, where it is kept. Run these in the folder of the app:</p>
      {commands.map((command) => (
        <pre key={command}>
          {command.split(' ').map((word, at) => (
            <Fragment key={`${at} ${word}`}>
              {at > 0 && ' '}
              {/* A line breaks between words, and within one only if it is longer than the line. */}
              <span>{word}</span>
            </Fragment>
          ))}
        </pre>
      ))}
    </section>
  )
}
