// What a function of the machine threw, for a message. Development adds what to do if it changed what is frozen.

import { describeThrown, isA } from '../data/describe-value.ts'
import { hasMode } from '../data/mode.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** Describes what a function of the machine threw. */
export function describeFailure(thrown: unknown): string {
  const message = describeThrown(thrown)
  return (hasMode ? process.env.NODE_ENV !== 'production' : false) ? [message, ...adviceOn(thrown)].join(' ') : message
}

/** What to do about what was thrown, if development knows. Nobody calls it in production. */
export function adviceOn(thrown: unknown): readonly string[] {
  return isA(thrown, TypeError) && changesFrozen(describeThrown(thrown))
    ? ['(states, events, outputs and input are frozen: return a new state instead of changing one)']
    : []
}

/** Whether an engine says, each in its own words, that something frozen cannot be changed. */
function changesFrozen(text: string): boolean {
  return /read.?only|(not|n't|non-) ?extensible|delete property|configurable|non-writable|(redefine|new) property/.test(
    text,
  )
}
