'use client'

// Sends events from a component to a run.

import type { RunError } from '@xmachines/core'
import { useCallback } from 'react'
import { throwListenerError } from './snapshot/listeners.ts'

/** Sends one event, or a batch that is applied as a whole or not at all; returns the refusal, if there was one. */
export type Send<Event> = (batch: Event | readonly Event[]) => RunError | undefined

/**
 * The function with which a component sends events and batches to the `in` of a run (RFC Run v1 §4). When it returns,
 * the batch is applied and shown. It stays the same function as long as the run stays the same.
 *
 * @param run the run
 * @returns a function that takes the events of the run's machine and returns the refusal, if there was one
 * @throws {TypeError} if the argument is not a run
 *
 * @example
 * ```tsx
 * import { defineMachine, refuse } from '@xmachines/core'
 * import { useRun, useSend, useSnapshot } from '@xmachines/react'
 * import { useState } from 'react'
 *
 * const till = defineMachine<number, { type: 'PAY'; cents: number }>({
 *   name: 'till',
 *   version: '1',
 *   initial: 0,
 *   on: {
 *     PAY: (total, { cents }) => {
 *       if (cents < 0) refuse('a payment cannot be negative')
 *       return total + cents
 *     },
 *   },
 * })
 *
 * export function TillPanel() {
 *   const run = useRun(till)
 *   const total = useSnapshot(run, (snapshot) => snapshot.state)
 *   const send = useSend(run)
 *   const [refused, setRefused] = useState<string>()
 *   const pay = (...cents: number[]) => setRefused(send(cents.map((each) => ({ type: 'PAY', cents: each })))?.code)
 *   return (
 *     <form>
 *       <output>{refused ?? total}</output>
 *       <button type="button" onClick={() => pay(50, 20)}>
 *         70 cents in two coins
 *       </button>
 *       <button type="button" onClick={() => pay(50, -20)}>
 *         50 cents and minus 20
 *       </button>
 *     </form>
 *   )
 * }
 * ```
 */
export function useSend<Event>(run: { readonly in: { readonly send: Send<Event> } }): Send<Event> {
  if (typeof run !== 'object' || run === null || !('in' in run)) {
    throw new TypeError(`useSend takes a run, not ${String(run)}`)
  }
  return useCallback(
    (batch) => {
      const refusal = run.in.send(batch)
      throwListenerError()
      return refusal
    },
    [run],
  )
}
