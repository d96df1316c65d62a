// Why something was not done, in words for whoever wanted it.

import type { Order } from './order.ts'
import { placeNames } from './places.ts'

/** What is shown beside a control: of a problem of the server, of a refusal of the machine, or of a form. */
export interface Refusal {
  readonly code: string
  /** The event that was refused. */
  readonly type?: string | undefined
  readonly detail?: string
  /** What the machine says by a rule. */
  readonly reason?: string | undefined
  /** The fields of a form that are wrong. */
  readonly fields?: readonly string[]
}

const TAMPERED =
  'This cart was changed outside of the shop, so we did not take it. Nothing was ordered, and nothing was paid. Please begin with an empty cart.'

const WRONG = 'That cannot be right. Please check what you have entered.'

const sentences: Readonly<Record<string, string>> = {
  INVALID_HISTORY: TAMPERED,
  HISTORY_MISMATCH: TAMPERED,
  REPLAY_FAILED: TAMPERED,
  SCHEMA_MISMATCH: WRONG,
  INVALID_EVENT: WRONG,
  MACHINE_MISMATCH: 'This cart comes from an older version of the shop. Please begin with an empty one.',
  DIVERGED: 'This cart was ordered already, perhaps in another tab.',
  HEAD_MOVED: 'The order has changed since you looked at it, so nothing was done. Please look again.',
  RUN_DONE: 'This order is closed.',
  NOT_FOUND: 'The shop does not know this order.',
  FORBIDDEN: 'This is not for you to do.',
  UNREACHABLE: 'The shop cannot be reached. Nothing was ordered; please try again.',
  UNANSWERED:
    'The shop did not answer, so your order may have been placed. Please press the button again: it is placed only once.',
}

export function sentenceOf({ code, reason, detail, fields }: Refusal, at?: Order['at']): string {
  if (reason !== undefined) return reason
  if (code === 'UNHANDLED') {
    const now = at === undefined ? '' : ` It is now “${placeNames[at]}”.`
    return `The order has moved on, so this is no longer possible.${now}`
  }
  // What the server says of other codes is for developers.
  return sentences[code] ?? (fields && detail) ?? 'This did not work. Please try again.'
}
