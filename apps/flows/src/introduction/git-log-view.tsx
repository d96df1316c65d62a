// The history of a run as `git log --oneline` prints it. Each commit of the run can be chosen, with the pointer or with
// the arrow keys.

import type { RunEvent } from '@xmachines/core'
import { type ReactElement, useId, useLayoutEffect, useRef } from 'react'

import type { Moment } from '../parts/moments.ts'
import { gitLog } from './git-log.ts'

interface GitLogProps {
  readonly moments: readonly Moment<unknown, RunEvent>[]
  /** The sequence of the chosen commit. */
  readonly at: number
  readonly onGo: (sequence: number) => void
}

/** The log of a run. */
export function GitLog({ moments, at, onGo }: GitLogProps): ReactElement {
  const name = useId()
  const list = useRef<HTMLDivElement>(null)
  const lines = gitLog(moments.map(({ record }) => record))
  useLayoutEffect(() => {
    const chosen = list.current?.querySelector<HTMLElement>('label:has(:checked)')
    if (list.current === null || chosen === null || chosen === undefined) return
    const [top, bottom] = [chosen.offsetTop, chosen.offsetTop + chosen.offsetHeight]
    if (top < list.current.scrollTop) list.current.scrollTop = top
    else if (bottom > list.current.scrollTop + list.current.clientHeight) {
      list.current.scrollTop = bottom - list.current.clientHeight
    }
  }, [at, lines.length])
  return (
    <div className="git-log">
      <p className="quiet" aria-hidden="true">
        $ git log --oneline
      </p>
      <div ref={list} role="radiogroup" aria-label="Commits, newest first" className="log-lines">
        {lines.map(({ oid, short, subject }, index) => {
          // The machine's commit comes last, and the run begins after it.
          const sequence = lines.length - 2 - index
          const text = (
            <>
              <span className="oid">{short}</span> {subject}
            </>
          )
          return sequence < 0 ? (
            <div key={oid}>{text}</div>
          ) : (
            <label key={oid} title={oid}>
              <input type="radio" name={name} checked={sequence === at} onChange={() => onGo(sequence)} />
              {text}
            </label>
          )
        })}
      </div>
    </div>
  )
}
