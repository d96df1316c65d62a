'use client'

// What a component does about refusals.

import type { RunError } from '@xmachines/core'
import { openCursor, useFollowedPort } from './follow-port.ts'

/**
 * Calls a listener with each refusal of a run (RFC Run v1 §9), whoever sent what was refused: each once for each
 * component instance, from its first commit on, in order. While the component is hidden (`<Activity>`) none is told; of
 * more than 256 that wait, the oldest are counted in one `ERRORS_DROPPED`. The listener of the latest render is used.
 *
 * @param run the run
 * @param listener called with a refusal; what it throws is thrown to the nearest error boundary, and whoever mounts next
 *   goes on behind that refusal
 * @throws {TypeError} where the listener is not a function
 *
 * @example
 * ```tsx
 * import { defineMachine } from '@xmachines/core'
 * import { useRun, useRunError, useSend, useSnapshot } from '@xmachines/react'
 * import { useState } from 'react'
 *
 * const glass = defineMachine<number, { type: 'FILL'; percent: number }>({
 *   name: 'glass',
 *   version: '1',
 *   initial: 0,
 *   on: {
 *     FILL: (full, { percent }) => {
 *       if (full + percent > 100) throw new Error('it would spill')
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
 *   useRunError(run, ({ message }) => setRefusals((before) => [...before, message]))
 *   return (
 *     <>
 *       <button type="button" onClick={() => send({ type: 'FILL', percent: 60 })}>
 *         {full} % full
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
export function useRunError(
  run: { ports(): { readonly err: ReadableStream<RunError> } },
  listener: (refusal: RunError) => void,
): void {
  if (typeof listener !== 'function') throw new TypeError(`useRunError takes a listener, not ${String(listener)}`)
  useFollowedPort<RunError>(
    run,
    'err',
    () => openCursor(run.ports().err, 0),
    (refusal) => listener(refusal),
  )
}
