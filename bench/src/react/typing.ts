// Typing into a controlled input, beside a thousand subscribers of the same store, with the keys of a real browser.

import { createElement } from 'react'

import { median } from '../harness.ts'
import { commits } from './commits.ts'
import { painted } from './frames.ts'
import type { Library } from './library.ts'
import { counting, mount, type Tally } from './stage.ts'

declare global {
  /** Presses keys, as a hand would. */
  var pressKeys: (text: string) => Promise<void>
}

const KEYS = 'abcdefghijklmnop'

/** What a key took, in milliseconds. */
export type Typed = 'committed' | 'painted'

/**
 * Types in the middle of a text.
 * @returns the medians of the keys, by the clock on the wall: from `input` until React has committed the new text, and
 * from `keydown` until that is painted
 * @throws {Error} where the caret does not stay where it was, or a key is lost
 */
export async function typeKeys({ name, open }: Library, tally: Tally): Promise<Record<Typed, number>> {
  const { cells, field } = open()
  // In a block of its own, or the browser would lay out all cells again for each key.
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

/** When an event comes next: before anything in the page hears of it. */
function timeOfNext(event: 'keydown' | 'input'): Promise<number> {
  return new Promise((resolve) => {
    globalThis.addEventListener(event, () => resolve(performance.now()), { capture: true, once: true })
  })
}

function expectText(name: string, { value, selectionStart }: HTMLInputElement, due: string): void {
  if (value === due && selectionStart === due.length - 'ello'.length) return
  throw new Error(`${name} shows ${value}, the caret at ${selectionStart}, where ${due} was typed before ello`)
}
