// Moves through the history: a slider, steps, a replay step by step, and back to the present.

import { type Maker, setAttribute, setText } from './element.ts'

/** Where the panel is in the history. */
interface Place {
  readonly first: number
  readonly last: number
  /** The batch that is looked at; undefined in the present. */
  readonly at: number | undefined
}

/** The bar. */
export interface TimeBar {
  readonly element: HTMLElement
  show(place: Place): void
  /** Stops a replay. */
  stop(): void
}

/** How long a replay shows each step, in milliseconds, and how many steps it has at most. */
const STEP = 350
const MOST_STEPS = 100

/**
 * Makes the bar.
 * @param go called with the batch to look at, or undefined for the present
 */
export function makeTimeBar(make: Maker, go: (sequence: number | undefined) => void): TimeBar {
  let place: Place = { first: 0, last: 0, at: undefined }
  let timer: ReturnType<typeof setInterval> | undefined
  const slider = make('input', {
    type: 'range',
    'aria-label': 'Batch',
    oninput: () => {
      stop()
      move(Number(slider.value))
    },
  })
  const button = (label: string, text: string, act: () => void): HTMLButtonElement =>
    make('button', { type: 'button', 'aria-label': label, title: label, onclick: act }, text)
  const play = button('Replay', '▶', toggle)
  const back = button('One batch back', '‹', () => step(-1))
  const forth = button('One batch forward', '›', () => step(1))
  const live = button('Live: back to the present', 'Live', () => {
    stop()
    go(undefined)
  })
  live.className = 'live'
  const element = make('div', { class: 'time', role: 'group', 'aria-label': 'Time' }, play, back, slider, forth, live)

  const current = (): number => place.at ?? place.last

  function move(sequence: number): void {
    go(Math.max(place.first, sequence))
  }

  function step(by: number): void {
    stop()
    move(current() + by)
  }

  /** A replay in the present begins at the beginning. */
  function toggle(): void {
    if (timer !== undefined) {
      stop()
      return
    }
    const stride = Math.max(1, Math.round((place.last - place.first) / MOST_STEPS))
    move(place.at ?? place.first)
    timer = setInterval(() => {
      const next = current() + stride
      if (next >= place.last) stop()
      move(next)
    }, STEP)
    mark()
  }

  function stop(): void {
    clearInterval(timer)
    timer = undefined
    mark()
  }

  function mark(): void {
    setText(play, timer === undefined ? '▶' : '❚❚')
    const label = timer === undefined ? 'Replay' : 'Pause'
    setAttribute(play, 'aria-label', label)
    setAttribute(play, 'title', label)
  }

  return {
    element,
    show(shown) {
      place = shown
      const { first, last, at } = shown
      slider.min = String(first)
      slider.max = String(last)
      slider.value = String(current())
      setAttribute(slider, 'aria-valuetext', at === undefined ? `the present, batch ${last}` : `batch ${at} of ${last}`)
      slider.disabled = play.disabled = last === first
      back.disabled = current() <= first
      forth.disabled = at === undefined
      setAttribute(live, 'aria-pressed', String(at === undefined))
    },
    stop,
  }
}
