// Types into a controlled input with the keys of a real browser, while a thousand components subscribe to the same
// store.

import { createElement } from 'react'

import { median } from '../harness.ts'
import { commits } from './commits.ts'
import { painted } from './frames.ts'
import type { Library } from './library.ts'
import { counting, mount, type Tally } from './stage.ts'

declare global {
  /** Presses keys as a person does. */
  var pressKeys: (text: string) => Promise<void>
}

const KEYS = 'abcdefghijklmnop'

/** The times of a key, in milliseconds. */
export type Typed = 'committed' | 'painted'

/**
 * Types in the middle of a text.
 * @returns the medians over all keys, in wall-clock time: from `input` until React has committed the new text, and from
 * `keydown` until the text is painted
 * @throws {Error} if the caret jumps or a key is lost
 */
export async function typeKeys({ name, open }: Library, tally: Tally): Promise<Record<Typed, number>> {
  const { cells, field } = open()
  // In a block of its own, so that the browser does not lay out all cells again for each key.
  const stage = mount([createElement('p', { key: 'field' }, field), cells], true)
  const input = stage.element.querySelector('input') as HTMLInputElement
  input.focus()
  input.setSelectionRange(1, 1)
  await globalThis.pressKeys('XYZ')
  expectText(name, input, 'hXYZello')

  const done = counting(tally)
  const latencies: Record<Typed, number>[] = []
  for (const key of KEYS) {
    const latency = latencyOfNextKey()
    await globalThis.pressKeys(key)
    latencies.push(await latency)
    if ((latencies.at(-1)?.committed ?? 0) < 0) throw new Error(`${name} committed nothing when ${key} was pressed`)
  }
  done(KEYS.length)
  expectText(name, input, `hXYZ${KEYS}ello`)
  stage.clear()
  return {
    committed: median(latencies.map(({ committed }) => committed)),
    painted: median(latencies.map(({ painted }) => painted)),
  }
}

async function latencyOfNextKey(): Promise<Record<Typed, number>> {
  const inputAt = timeOfNext('input')
  const pressedAt = await timeOfNext('keydown')
  const changedAt = await inputAt
  await painted()
  const paintedAt = performance.now()
  return { committed: commits.lastAt - changedAt, painted: paintedAt - pressedAt }
}

/** The time of the next event, before any other listener on the page runs. */
function timeOfNext(event: 'keydown' | 'input'): Promise<number> {
  return new Promise((resolve) => {
    globalThis.addEventListener(event, () => resolve(performance.now()), { capture: true, once: true })
  })
}

function expectText(name: string, { value, selectionStart }: HTMLInputElement, expected: string): void {
  if (value === expected && selectionStart === expected.length - 'ello'.length) return
  throw new Error(
    `${name} shows ${value} with the caret at ${selectionStart}, not ${expected} with the caret before ello`,
  )
}
