// Reads the message of a batch's commit, where it comes from somebody who is not known: what a run would not have
// written is refused, so that it never stands in a history that is then no longer opened.

import { admitEvents } from './admit.ts'
import { canonicalJson } from './canonical-json.ts'
import type { RunEvent } from './machine.ts'
import { Refusal } from './step.ts'

/**
 * The events of a batch, held against the one text that they are written as.
 * @param message the message of its commit
 * @returns the events
 * @throws {Error} where it is not a line of canonical JSON for each event, and a line end behind it
 */
export function readBatchMessage(message: string): readonly RunEvent[] {
  if (!message.endsWith('\n')) throw new Error('it does not end with a line end')
  const lines = message.slice(0, -1).split('\n')
  const events: unknown[] = []
  for (const line of lines) {
    const event: unknown = JSON.parse(line)
    if (canonicalJson(event) !== line) throw new Error(`event ${events.length} is not in canonical form`)
    events.push(event)
  }
  const batch = admitEvents(events)
  if (batch instanceof Refusal) throw new Error(batch.message)
  return batch as readonly RunEvent[]
}
