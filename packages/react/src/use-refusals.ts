'use client'

// The refusals of a run in a component.

import type { RunError } from '@xmachines/core'
import { checkRun, wrongArgument } from './check-run.ts'
import { openCursor, useFollowedPort } from './follow-port.ts'
import { hasMode } from './mode.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * Calls a listener with each refusal of a run (RFC Run v1 §9), whoever sent the batch: once for each component
 * instance, from its first commit on, in order. While the component is hidden (`<Activity>`) the refusals wait. If more
 * than 256 wait, one `ERRORS_DROPPED` counts the oldest of them instead. The listener of the latest render is used.
 *
 * @param run the run
 * @param listener called with a refusal. If it throws, the error goes to the nearest error boundary, and the component
 *   that mounts next with the same listener (the code of the function counts) continues after that refusal
 * @throws {TypeError} in development, if the run is not a run or the listener is not a function
 *
 * @example
 * ```tsx
 * import { defineMachine, refuse } from '@xmachines/core'
 * import { useRefusals, useRun, useSend, useSnapshot } from '@xmachines/react'
 * import { useState } from 'react'
 *
 * const glass = defineMachine<number, { type: 'FILL'; percent: number }>({
 *   name: 'glass',
 *   version: '1',
 *   initial: 0,
 *   on: {
 *     FILL: (full, { percent }) => {
 *       if (full + percent > 100) refuse('the glass would overflow')
 *       return full + percent
 *     },
 *   },
 * })
 *
 * export function GlassPanel() {
 *   const run = useRun(glass)
 *   const full = useSnapshot(run, (snapshot) => snapshot.state)
 *   const send = useSend(run)
 *   const [refusals, setRefusals] = useState<string[]>([])
 *   useRefusals(run, ({ reason, message }) => setRefusals((before) => [...before, reason ?? message]))
 *   return (
 *     <>
 *       <button type="button" onClick={() => send({ type: 'FILL', percent: 60 })}>
 *         {full}% full
 *       </button>
 *       <ul>
 *         {refusals.map((message, index) => (
 *           <li key={index}>{message}</li>
 *         ))}
 *       </ul>
 *     </>
 *   )
 * }
 * ```
 */
export function useRefusals(
  run: { ports(): { readonly err: ReadableStream<RunError> } },
  listener: (refusal: RunError) => void,
): void {
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) {
    checkRun('useRefusals', run, 'ports')
    if (typeof listener !== 'function') throw wrongArgument('useRefusals', 'a listener function', listener)
  }
  useFollowedPort<RunError, typeof listener>(run, listener, () => ({
    open: () => openCursor(run.ports().err, 0),
    handle: (refusal, _position, latest) => latest(refusal),
    kind: String,
  }))
}
