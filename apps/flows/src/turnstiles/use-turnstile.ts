// The entrance of one sender to a run: its own set of ports, and counts of its writes.

import type { Ports, Run } from '@xmachines/core'
import { useRefusals } from '@xmachines/react'
import { useState } from 'react'

import type { Gate, Stadium, StadiumEvent } from './stadium.ts'

/** The run of a stadium. */
export type StadiumRun = Run<Stadium, StadiumEvent>

/** A turnstile for its controls. */
export interface Turnstile {
  readonly ports: Ports<Stadium, StadiumEvent, never>
  /** The number of writes, how many of them were answered, and how many were refused. */
  readonly written: number
  readonly answered: number
  readonly refused: number
  /** Writes that a visitor comes, and counts the answer. */
  enter(writer: WritableStreamDefaultWriter<StadiumEvent | readonly StadiumEvent[]>): Promise<void>
  /** Count a write of a pipe, and an answer to it. */
  countWritten(): void
  countAnswered(): void
}

/** A turnstile of a run. */
export function useTurnstile(run: StadiumRun, gate: Gate): Turnstile {
  // Each set of ports has its own locks. The run applies the batches of all sets one after another.
  const [ports] = useState(() => run.ports())
  const [written, setWritten] = useState(0)
  const [answered, setAnswered] = useState(0)
  const [refused, setRefused] = useState(0)
  const countWritten = (): void => setWritten((before) => before + 1)
  const countAnswered = (): void => setAnswered((before) => before + 1)

  useRefusals(run, ({ batch = [] }) => {
    const [event] = batch as readonly StadiumEvent[]
    if (event?.type === 'ENTER' && event.gate === gate) setRefused((before) => before + 1)
  })

  return {
    ports,
    written,
    answered,
    refused,
    async enter(writer) {
      countWritten()
      // Resolves when the event was applied or refused.
      await writer.write({ type: 'ENTER', gate })
      countAnswered()
    },
    countWritten,
    countAnswered,
  }
}
