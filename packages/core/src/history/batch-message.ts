// Reads the message of a batch's commit that comes from outside. A run would write one text for the same events, so any
// other text is refused: it must not get into a history that can then no longer be opened.

import { admitEvents } from '../engine/admit.ts'
import { Refusal } from '../engine/refusal.ts'
import { decodeMessage } from '../identity/batch-commit.ts'
import type { RunEvent } from '../machine/machine.ts'

/**
 * The events of a batch.
 * @param message the message of its commit
 * @throws {Error} if it is not one line of canonical JSON for each event
 */
export function readBatchMessage(message: string): readonly RunEvent[] {
  const batch = admitEvents(decodeMessage(message))
  if (batch instanceof Refusal) throw new Error(batch.message)
  return (Array.isArray(batch) ? batch : [batch]) as readonly RunEvent[]
}
