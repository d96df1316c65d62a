'use client'

// The inspector as a React component.

import type { AnyRun } from '@xmachines/core'
import { type CSSProperties, type ReactElement, useEffect, useRef } from 'react'
import { openInspector } from './open-inspector.ts'

/** What the inspector shows. */
export interface RunInspectorProps {
  /** The run, or several to choose from: all runs of the page unless given. */
  readonly run?: AnyRun | readonly AnyRun[] | undefined
  /** Called with each run that was forked here, or opened from a file. */
  readonly onRun?: (run: AnyRun) => void
  readonly className?: string
  readonly style?: CSSProperties
}

/**
 * Shows runs in the inspector. It takes the width of its container, and a height of 30rem unless its style says otherwise.
 *
 * @example
 * ```tsx
 * import { defineMachine } from '@xmachines/core'
 * import { RunInspector } from '@xmachines/inspector/react'
 * import { useRun } from '@xmachines/react'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 *
 * export function Page() {
 *   const run = useRun(counter)
 *   return <RunInspector run={run} />
 * }
 * ```
 */
export function RunInspector({ run, onRun, className, style }: RunInspectorProps = {}): ReactElement {
  const host = useRef<HTMLDivElement>(null)
  const ofPage = run === undefined
  const latest = useRef({ run, onRun })
  useEffect(() => {
    latest.current = { run, onRun }
  })
  useEffect(() => {
    if (host.current === null) return undefined
    const runs = (): readonly AnyRun[] => [latest.current.run ?? []].flat()
    const inspector = openInspector(host.current, {
      runs: ofPage ? undefined : runs,
      get onRun() {
        return latest.current.onRun
      },
    })
    return () => inspector.close()
  }, [ofPage])
  return <div ref={host} className={className} style={{ height: '30rem', ...style }} />
}
