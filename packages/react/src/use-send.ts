'use client'

// Sends events from a component to a run.

import type { RunError } from '@xmachines/core'
import { useCallback } from 'react'
import { checkRun } from './check-run.ts'
import { hasMode } from './mode.ts'
import { throwListenerError } from './snapshot/listeners.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** Sends one event, or a batch that is applied as a whole or not at all; returns the refusal, if there was one. */
export type Send<Event> = (batch: Event | readonly Event[]) => RunError | undefined

/**
 * The function with which a component sends events and batches to the `in` of a run (RFC Run v1 §4). When it returns,
 * the batch is applied and shown. It stays the same function as long as the run stays the same.
 *
 * @param run the run
 * @returns a function that takes the events of the run's machine and returns the refusal, if there was one
 * @throws {TypeError} in development, if the argument is not a run
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
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) checkRun('useSend', run, 'in')
  return useCallback(
    (batch) => {
      const refusal = run.in.send(batch)
      throwListenerError()
      return refusal
    },
    [run],
  )
}
