// Steps through a replay with keys: forwards and back, one step at a time.

import type { ReplayedStep } from '../core-internals.ts'
import type { Output } from './output.ts'

/** What is stepped through. */
export interface Steps {
  /** The step with a number, or undefined after the last; what it throws ends the stepping. */
  at(index: number): ReplayedStep | undefined
  /** Prints the step, and its changes. */
  print(index: number): Promise<void>
  /** Prints the whole state after the step. */
  printState(index: number): Promise<void>
}

const HELP = 'space: next, b: back, s: the whole state, g: to the end, q: quit'

/** Prints a step for each key, until the last step or `q`. */
export async function stepThrough(steps: Steps, keys: AsyncIterable<string>, output: Output): Promise<void> {
  let index = 0
  await steps.print(index)
  const prompt = async (): Promise<void> => {
    await output.flush()
    output.complain(HELP)
  }
  await prompt()
  for await (const key of keys) {
    // Back to the beginning of the line, and erase the prompt.
    output.complain('\r\u001b[K')
    if (key === 'q' || key === '\u0003' || key === '\u001b') return
    if (key === 's') await steps.printState(index)
    else if (key === 'g') {
      while (steps.at(index + 1) !== undefined) await steps.print(++index)
      return
    } else if (['b', '\u001b[A', '\u001b[D'].includes(key)) {
      if (index > 0) await steps.print(--index)
    } else if (steps.at(index + 1) === undefined) return
    else await steps.print(++index)
    await prompt()
  }
}
