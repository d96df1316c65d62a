// One sender's way into a run: a set of ports of its own, and what became of what it wrote.

import type { Ports, Run } from '@xmachines/core'
import { useRunError } from '@xmachines/react'
import { useState } from 'react'

import type { Gate, Stadium, StadiumEvent } from './stadium.ts'

/** The run of a stadium. */
export type StadiumRun = Run<Stadium, StadiumEvent>

/** A turnstile, as its controls see it. */
export interface Turnstile {
  readonly ports: Ports<Stadium, StadiumEvent, never>
  /** Writes that were begun, those that were answered, and of those the ones that were refused. */
  readonly begun: number
  readonly answered: number
  readonly refused: number
  /** Writes that somebody comes through, and counts the answer. */
  enter(writer: WritableStreamDefaultWriter<StadiumEvent | readonly StadiumEvent[]>): Promise<void>
  /** Counts a write that a pipe begins, and one that it has an answer to. */
  noteBegun(): void
  noteAnswered(): void
}

/** A turnstile of a run. */
export function useTurnstile(run: StadiumRun, gate: Gate): Turnstile {
  // Another set has other locks; all of them write at one point, one batch after another.
  const [ports] = useState(() => run.ports())
  const [begun, setBegun] = useState(0)
  const [answered, setAnswered] = useState(0)
  const [refused, setRefused] = useState(0)
  const noteBegun = (): void => setBegun((before) => before + 1)
  const noteAnswered = (): void => setAnswered((before) => before + 1)

  useRunError(run, ({ batch = [] }) => {
    const [event] = batch as readonly StadiumEvent[]
    if (event?.type === 'ENTER' && event.gate === gate) setRefused((before) => before + 1)
  })

  return {
    ports,
    begun,
    answered,
    refused,
    async enter(writer) {
      noteBegun()
      // Resolves once it is applied or refused.
      await writer.write({ type: 'ENTER', gate })
      noteAnswered()
    },
    noteBegun,
    noteAnswered,
  }
}
