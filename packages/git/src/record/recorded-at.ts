// How far a run is recorded, read from its ref. The ref must point to a commit of that very run, and not before what
// was acknowledged.

import type { Recordable } from '../core-internals.ts'
import { hexOf } from '../objects/object-id.ts'
import type { ObjectSource } from '../objects/object-reader.ts'
import { findCommon } from '../read/divergence.ts'
import { readHead } from '../refs/read-head.ts'
import { lacksDropped, otherHistory, type Recording, rewound } from './recording-errors.ts'

/**
 * The sequence that the ref of a run points to; undefined if there is no ref.
 * @param now what is known about the recording, which may continue while the ref is read
 * @throws {GitError} `HISTORY_DIVERGED`, or `NOT_RECORDED` if the repository lacks what the run dropped
 */
export async function recordedAt<State, Event, Output>(
  source: ObjectSource,
  history: Recordable<State, Event, Output>,
  now: () => Recording,
): Promise<number | undefined> {
  const head = await readHead(source, now().ref)
  const { recorded } = now()
  if (head === undefined) {
    if (recorded >= 0) throw rewound(now(), 'was deleted')
    if (history.dropped > 0) throw lacksDropped(now(), 'does not exist')
    return undefined
  }
  const { sequence, oid } = head
  if (sequence >= 0 && sequence < history.dropped) {
    throw recorded < 0
      ? lacksDropped(now(), `is at sequence ${sequence}`)
      : rewound(now(), `was moved back to sequence ${sequence}`)
  }
  const known = sequence >= 0 && sequence <= history.sequence && hexOf(history.digestAt(sequence)) === oid
  if (!known) {
    const common = await findCommon(source, head, history)
    throw otherHistory(now(), { sequence, oid }, common)
  }
  if (sequence < recorded) throw rewound(now(), `was moved back to sequence ${sequence}`)
  return sequence
}
