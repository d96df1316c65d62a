// The bar between the history and the detail. It is moved with the pointer or with the arrow keys.

import { type Maker, setAttribute } from './element.ts'

/** How much of the body the history takes, in per cent: at first, at least and at most. */
const FIRST = 42
const LEAST = 15
const MOST = 80

/**
 * Makes the bar.
 * @param body what it divides. Its `--split` says where; it is a row or, if it is narrow, a column
 */
export function makeSplitter(make: Maker, body: HTMLElement): HTMLElement {
  const bar = make('div', {
    class: 'splitter',
    role: 'separator',
    tabindex: '0',
    'aria-label': 'Size of the history',
    'aria-valuemin': LEAST,
    'aria-valuemax': MOST,
    onpointerdown: (event: PointerEvent) => {
      bar.setPointerCapture(event.pointerId)
      event.preventDefault()
    },
    onpointermove: (event: PointerEvent) => {
      if (!bar.hasPointerCapture(event.pointerId)) return
      const { left, top, width, height } = body.getBoundingClientRect()
      move(isColumn() ? ((event.clientY - top) / height) * 100 : ((event.clientX - left) / width) * 100)
    },
    onkeydown: (event: KeyboardEvent) => {
      const steps: Readonly<Record<string, number>> = { ArrowLeft: -5, ArrowUp: -5, ArrowRight: 5, ArrowDown: 5 }
      const step = steps[event.key]
      if (step === undefined) return
      event.preventDefault()
      move(at + step)
    },
  })
  let at = FIRST

  function isColumn(): boolean {
    return (make.document.defaultView ?? window).getComputedStyle(body).flexDirection === 'column'
  }

  function move(to: number): void {
    at = Math.round(Math.max(LEAST, Math.min(MOST, to)))
    body.style.setProperty('--split', `${at}%`)
    setAttribute(bar, 'aria-valuenow', at)
  }

  move(FIRST)
  return bar
}
