'use client'

// How a component writes to a run.

import type { InPort, RunError } from '@xmachines/core'
import { useCallback } from 'react'
import { throwFailure } from './told-snapshot.ts'

/** Writes one event, or several that are applied whole or not at all; returns the refusal, if there was one. */
export type Send<Event> = (batch: Event | readonly Event[]) => RunError | undefined

/**
 * The function by which a component writes events and batches into the `in` of a run (RFC Run v1 §4): applied, and
 * shown, when it returns. It is the same function as long as the run is the same.
 *
 * @param run the run
 * @returns a function that takes the events of the run's machine, and returns the refusal, if there was one
 * @throws {TypeError} where what it is given is no run
 *
 * @example
 * ```tsx
 * import { defineMachine } from '@xmachines/core'
 * import { useRun, useSend, useSnapshot } from '@xmachines/react'
 * import { useState } from 'react'
 *
 * const till = defineMachine<number, { type: 'PAY'; cents: number }>({
 *   name: 'till',
 *   version: '1',
 *   initial: 0,
 *   on: {
 *     PAY: (total, { cents }) => {
 *       if (cents < 0) throw new Error('nobody pays less than nothing')
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
 *         less than that
 *       </button>
 *     </form>
 *   )
 * }
 * ```
 */
export function useSend<Event>(run: { readonly in: InPort<Event> }): Send<Event> {
  if (typeof run !== 'object' || run === null || !('in' in run)) {
    throw new TypeError(`useSend takes a run, not ${String(run)}`)
  }
  return useCallback(
    (batch) => {
      const refusal = run.in.send(batch)
      throwFailure()
      return refusal
    },
    [run],
  )
}
