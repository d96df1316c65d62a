// The list of the history, the newest row first, as in the log of Git. It has elements only for the rows in view. Browsers limit how
// tall an element may be, so a very long list is scaled: the scrollbar jumps through it, and the wheel moves row by row. One row has
// the focus, by `aria-activedescendant`, since rows come and go.

import type { ObservedRun } from '../observe/observed-run.ts'
import { briefEvent } from './brief.ts'
import { type Maker, setAttribute, setText } from './element.ts'
import type { HistoryRows } from './history-rows.ts'

/** The height of a row in pixels, as in the style sheet. */
const ROW_HEIGHT = 28
/** How tall the list is at most, in pixels. Firefox stops at 17 million. */
const MOST_PIXELS = 8_000_000

/** The list, and what it shows. */
export interface HistoryList {
  readonly element: HTMLElement
  /** Shows rows, one of them selected. `follow` keeps the newest in view if it is there. */
  show(observed: ObservedRun, rows: HistoryRows, selected: number, follow: boolean): void
  /** Brings a row into view. */
  reveal(index: number): void
}

interface RowElement {
  readonly row: HTMLElement
  readonly sequence: HTMLElement
  readonly type: HTMLElement
  readonly rest: HTMLElement
}

/**
 * Makes the list.
 * @param select called with the row that was clicked or moved to
 */
export function historyList(make: Maker, select: (index: number) => void): HistoryList {
  const canvas = make('div', { class: 'canvas', role: 'presentation' })
  const element = make(
    'div',
    { class: 'rows', role: 'listbox', tabindex: '0', 'aria-label': 'History', onscroll: scrolled, onkeydown: pressed },
    canvas,
  )
  const pool: RowElement[] = []
  let observed: ObservedRun | undefined
  let rows: HistoryRows | undefined
  let selected = 0
  /** How many rows there were when they were shown last. */
  let count = 0
  /** Where the view begins, in pixels of the whole list, and where the scrollbar was then. */
  let top = 0
  let scrolledTo = 0

  const total = (): number => count * ROW_HEIGHT
  const height = (): number => Math.min(total(), MOST_PIXELS)
  /** Where a row is in the list, counted from the newest at the top. It also gives the row at such a place. */
  const placeOf = (index: number): number => count - 1 - index
  const lowest = (): number => Math.max(0, total() - element.clientHeight)

  /** Takes in where the scrollbar is. Its event may come after what moves the view. */
  function scrolled(): void {
    const moved = element.scrollTop - scrolledTo
    if (moved === 0) return
    const end = Math.max(1, height() - element.clientHeight)
    // A drag of the scrollbar jumps; the wheel and the keys move by less than a view.
    const isNear = Math.abs(moved) < element.clientHeight && total() > MOST_PIXELS
    place(isNear ? top + moved : (element.scrollTop / end) * lowest())
  }

  /** Moves the view, and draws it. The scrollbar follows, as far as it can show it. */
  function place(to: number): void {
    top = Math.max(0, Math.min(to, lowest()))
    const end = height() - element.clientHeight
    const wanted = lowest() === 0 ? 0 : (top / lowest()) * end
    // Near to where it is, a scaled scrollbar stays: it has no finer steps.
    if (Math.abs(wanted - element.scrollTop) >= 1) element.scrollTop = wanted
    scrolledTo = element.scrollTop
    draw()
  }

  function pressed(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(element.clientHeight / ROW_HEIGHT) - 1)
    const moves: Readonly<Record<string, number>> = {
      ArrowUp: selected + 1,
      ArrowDown: selected - 1,
      PageUp: selected + page,
      PageDown: selected - page,
      Home: count - 1,
      End: 0,
    }
    const to = moves[event.key]
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    select(Math.max(0, Math.min(to, count - 1)))
  }

  function rowElement(at: number): RowElement {
    const sequence = make('span', { class: 'no' })
    const type = make('span', { class: 'type' })
    const rest = make('span', { class: 'rest' })
    const row = make('div', { class: 'row', role: 'option', id: `row-${at}` }, sequence, type, rest)
    row.addEventListener('click', () => {
      element.focus({ preventScroll: true })
      select(Number(row.dataset['index']))
    })
    canvas.append(row)
    return { row, sequence, type, rest }
  }

  function draw(): void {
    if (rows === undefined || observed === undefined) return
    const first = Math.floor(top / ROW_HEIGHT)
    const shown = Math.min(count - first, Math.ceil(element.clientHeight / ROW_HEIGHT) + 1)
    // Rows stand where the scrollbar shows them, whatever is before them.
    const offset = element.scrollTop - (top - first * ROW_HEIGHT)
    let active: string | undefined
    for (let at = 0; at < shown; at++) {
      const index = placeOf(first + at)
      const made = (pool[at] ??= rowElement(at))
      fill(made, index, observed, rows)
      made.row.style.transform = `translateY(${offset + at * ROW_HEIGHT}px)`
      if (index === selected) active = made.row.id
    }
    for (const { row } of pool.slice(shown)) row.hidden = true
    setAttribute(element, 'aria-activedescendant', active)
  }

  function fill({ row, sequence, type, rest }: RowElement, index: number, run: ObservedRun, list: HistoryRows): void {
    const found = list.row(index)
    const text = textOf(run, found)
    row.hidden = false
    row.dataset['index'] = String(index)
    row.className = `row ${text.kind}`
    setAttribute(row, 'aria-selected', String(index === selected))
    setAttribute(row, 'aria-posinset', count - index)
    setAttribute(row, 'aria-setsize', count)
    setText(sequence, text.number)
    setText(type, text.type)
    setText(rest, text.rest)
  }

  const resized = new (make.document.defaultView ?? window).ResizeObserver(() => {
    scrolled()
    place(top)
  })
  resized.observe(element)

  return {
    element,
    show(run, list, index, follow) {
      scrolled()
      // What is in view keeps its place while rows come above it, unless the newest row is in view and followed.
      const isAtTop = rows !== list || top === 0
      const kept = follow ? selected : index
      const moved = placeOf(selected)
      observed = run
      rows = list
      selected = index
      count = list.count
      canvas.style.height = `${height()}px`
      place(follow && isAtTop ? 0 : top + (placeOf(kept) - moved) * ROW_HEIGHT)
    },
    reveal(index) {
      // The next key may come before the list is shown again.
      selected = index
      const start = placeOf(index) * ROW_HEIGHT
      const view = element.clientHeight
      place(Math.min(start, Math.max(top, start + ROW_HEIGHT - view)))
    },
  }
}

function textOf(
  run: ObservedRun,
  { sequence, refusal }: ReturnType<HistoryRows['row']>,
): { readonly kind: string; readonly number: string; readonly type: string; readonly rest: string } {
  if (refusal !== undefined) {
    const types = (refusal.batch as readonly { readonly type: string }[] | undefined)?.map(({ type }) => type).join(' ')
    return { kind: 'refusal', number: '✕', type: types ?? refusal.code, rest: refusal.reason ?? refusal.code }
  }
  // As its commit is called in the log of Git.
  if (sequence === 0)
    return { kind: 'genesis', number: '0', type: `run ${run.machine.name}@${run.machine.version}`, rest: '' }
  const events = run.batch(sequence) ?? []
  const [one, another] = events
  const types = events.slice(0, 3).map(({ type }) => type)
  const more = events.length - types.length
  return {
    kind: sequence > run.confirmed ? 'pending' : 'batch',
    number: String(sequence),
    type: [...types, ...(more > 0 ? [`+${more}`] : [])].join(' '),
    rest: one !== undefined && another === undefined ? briefEvent(one) : '',
  }
}
