// What a function of the machine threw, for a message. Development adds what to do if it changed what is frozen.

import { describeThrown, isA } from '../data/describe-value.ts'
import { hasMode } from '../data/mode.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** Describes what a function of the machine threw. */
export function describeFailure(thrown: unknown): string {
  return [describeThrown(thrown), ...adviceOn(thrown)].join(' ')
}

/** What to do about what was thrown, if development knows. */
export function adviceOn(thrown: unknown): readonly string[] {
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) {
    if (isA(thrown, TypeError) && changesFrozen(describeThrown(thrown))) {
      return ['(states, events, outputs and input are frozen: return a new state instead of changing one)']
    }
  }
  return []
}

/** Whether an engine says, each in its own words, that something frozen cannot be changed. */
function changesFrozen(text: string): boolean {
  return /read.?only|(not|n't|non-) ?extensible|delete property|configurable|non-writable|(redefine|new) property/.test(
    text,
  )
}
