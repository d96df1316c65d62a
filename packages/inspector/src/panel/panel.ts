// The panel: which run, where in its history, and the parts that show it. It draws at most once a frame, and nothing while it is
// out of view. Longer than other files, because every part meets every other here.

import type { ObservedRun } from '../observe/observed-run.ts'
import type { RunSource } from '../observe/run-source.ts'
import { makeActions } from './actions.ts'
import { contentOf, type Tab } from './detail-view.ts'
import { type Diagram, diagramOf } from './diagram.ts'
import { makerFor, setAttribute, setText } from './element.ts'
import { historyList } from './history-list.ts'
import { type HistoryFilter, type HistoryRow, type HistoryRows, historyRows } from './history-rows.ts'
import { makeRunPicker } from './run-picker.ts'
import { sendForm } from './send-form.ts'
import { makeSplitter } from './splitter.ts'
import { nameOf } from './state-name.ts'
import { style } from './style.ts'
import { makeTabs } from './tabs.ts'
import { makeTimeBar } from './time-bar.ts'

/** What a panel shows at first, and who learns of forks. */
export interface PanelOptions {
  /** The run to begin with: the latest unless given. */
  readonly run?: ObservedRun['run'] | undefined
  /** Called with each run that the panel made by forking or by opening a file. */
  readonly onRun?: ((run: ObservedRun['run']) => void) | undefined
}

/** A panel that is shown. */
export interface Panel {
  /** Shows a run. */
  show(run: ObservedRun['run']): void
  /** Takes the panel out of its host. */
  remove(): void
}

/** From this width on, in pixels, the parts stand beside each other, as in the style sheet. */
const WIDE = 760

/** How often runs are looked for, in milliseconds. */
const LOOK = 400

/**
 * Shows a panel.
 * @param host gets a shadow root, unless it has one
 * @param source where runs come from
 */
export function showPanel(host: HTMLElement, source: RunSource, options: PanelOptions = {}): Panel {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  const page = host.ownerDocument.defaultView ?? window
  const make = makerFor(host.ownerDocument)

  let observed: ObservedRun | undefined
  /** The id of the run that was shown first or picked since. While it is not there, another is shown. */
  let wanted: string | undefined
  /** The row that is looked at; undefined in the present. */
  let past: HistoryRow | undefined
  let filter: HistoryFilter = { type: '', text: '' }
  let rows: HistoryRows | undefined
  let diagram: Diagram | undefined
  let frame = 0
  let isInView = true
  let stopWatching = (): void => undefined
  /** What the detail shows, so that it is made again only if it changes. */
  let shown = ''
  let shownRun: ObservedRun | undefined

  const picker = makeRunPicker(make, pick)
  const status = make('span', { class: 'status' })
  const where = make('span', { class: 'where' })
  const time = makeTimeBar(make, (sequence) => go(sequence === undefined ? undefined : { sequence }))
  const search = make('input', {
    type: 'search',
    placeholder: 'Search events',
    'aria-label': 'Search events',
    oninput: refilter,
  })
  const types = make('select', { 'aria-label': 'Type of event', onchange: refilter })
  const found = make('p', { class: 'found', role: 'status' })
  const list = historyList(make, (index) => rows !== undefined && go(rows.row(index)))
  const tabs = makeTabs<Tab | 'send'>(
    make,
    { change: 'Change', state: 'State', batch: 'Batch', outputs: 'Outputs', send: 'Send' },
    () => {
      hush()
      draw()
    },
  )
  const form = sendForm(make, source, () => {
    go(undefined)
    if (observed !== undefined) notice.append(`Applied as batch ${observed.sequence}.`)
  })
  tabs.parts.send.append(form.element)
  const drawing = make('div', { class: 'drawing' })
  const machine = make('details', { class: 'machine' }, make('summary', {}, 'Machine'), drawing)
  // A narrow panel has no room for a drawing that nobody asked for.
  machine.open = host.clientWidth >= WIDE
  const notice = make('div', { class: 'notice', role: 'status' })
  const history = make(
    'section',
    { class: 'history', 'aria-label': 'History' },
    make('div', { class: 'filters' }, search, types),
    found,
    list.element,
  )
  const body = make('div', { class: 'body' })
  const detail = make('section', { class: 'detail', 'aria-label': 'Detail' }, tabs.list, ...Object.values(tabs.parts))
  body.append(history, makeSplitter(make, body), detail, machine)
  const actions = makeActions(make, source, {
    current: () => observed && { observed, sequence: past?.sequence ?? observed.sequence },
    opened(run) {
      pick(run)
      const { onRun } = options
      onRun?.(run.run)
      return onRun !== undefined
    },
    tell: (...said) => notice.replaceChildren(...said),
  })
  const empty = make(
    'div',
    { class: 'empty' },
    make('p', {}, 'No run yet.'),
    make(
      'p',
      { class: 'quiet' },
      'A run appears with its first event, or once something reads it. A run file can be dropped here.',
    ),
  )
  const panel = make(
    'section',
    { class: 'panel', 'aria-label': 'Inspector' },
    make('header', {}, picker.element, make('div', { class: 'now' }, status, where), actions.element),
    time.element,
    body,
    empty,
    notice,
  )
  actions.takeDrops(panel)
  panel.addEventListener('click', ({ target }) => !notice.contains(target as Node) && hush(), true)
  root.replaceChildren(make('style', {}, style), panel)

  const timer = page.setInterval(look, LOOK)
  const visibility = new page.IntersectionObserver((entries) => {
    isInView = entries.at(-1)?.isIntersecting === true
    stopWatching()
    if (isInView) watch()
  })
  visibility.observe(panel)
  look()
  if (options.run !== undefined) show(options.run)

  /** Looks for runs that came or went. Runs do not say when they are read for the first time. */
  function look(): void {
    if (!isInView) return
    const runs = source.runs()
    // What shows the panel may have another run by now, or may have opened the same one again.
    const kept = runs.find((run) => run === observed) ?? runs.at(-1)
    const next = kept?.run.id === wanted ? kept : (runs.findLast(({ run }) => run.id === wanted) ?? kept)
    if (next !== undefined) choose(next)
    else draw()
    picker.show(runs, observed)
  }

  function show(run: ObservedRun['run']): void {
    const one = source.runs().find((other) => other.run === run)
    if (one !== undefined) pick(one)
  }

  function pick(run: ObservedRun): void {
    wanted = run.run.id
    choose(run)
  }

  function choose(run: ObservedRun): void {
    if (run === observed) return
    const isOtherMachine = run.machine !== observed?.machine
    observed = run
    wanted ??= run.run.id
    past = undefined
    rows = historyRows(run, filter)
    if (isOtherMachine) {
      diagram = diagramOf(make, run.machine)
      drawing.replaceChildren(diagram.element)
      setTypes(run)
    }
    hush()
    stopWatching()
    watch()
    picker.show(source.runs(), run)
  }

  function watch(): void {
    if (observed === undefined) return
    stopWatching = observed.watch(drawNow)
    draw()
  }

  function setTypes(run: ObservedRun): void {
    const choices = source.choices(run).map(({ type }) => make('option', { value: type }, type))
    types.replaceChildren(make('option', { value: '' }, 'all types'), ...choices)
  }

  function refilter(): void {
    filter = { type: types.value, text: search.value }
    if (observed !== undefined) rows = historyRows(observed, filter)
    draw()
  }

  /** Takes away what was said: it is about another moment. */
  function hush(): void {
    notice.replaceChildren()
  }

  /** Looks at a row; at the present if there is none, or if it is the latest batch. */
  function go(row: HistoryRow | undefined): void {
    past = row?.sequence === observed?.sequence && row?.refusal === undefined ? undefined : row
    hush()
    if (rows !== undefined) list.reveal(row === undefined ? rows.count - 1 : rows.indexOf(row))
    draw()
  }

  function draw(): void {
    if (frame !== 0 || !isInView) return
    frame = page.requestAnimationFrame(() => {
      frame = 0
      drawNow()
    })
  }

  function drawNow(): void {
    setAttribute(panel, 'data-empty', observed === undefined)
    if (observed === undefined || rows === undefined) return
    const isComplete = [drawHistory(observed, rows), drawDetail(observed)].every(Boolean)
    if (!isComplete) draw()
  }

  function drawHistory(run: ObservedRun, all: HistoryRows): boolean {
    const isLooked = all.look()
    const index = all.indexOf(past ?? { sequence: run.sequence })
    list.show(run, all, index, past === undefined)
    time.show({ first: run.dropped, last: run.sequence, at: past?.sequence })
    const { found: counted } = all
    const dropped = run.dropped > 0 ? `Batches up to ${run.dropped} were dropped. ` : ''
    const looked = counted === undefined || isLooked ? '' : ` in ${counted.looked} of ${counted.of}`
    const { type, text } = filter
    const said = all.count === 0 && isLooked ? `No event matches ${type} ${text}` : `${all.count} found${looked}`
    setText(found, dropped + (counted === undefined ? '' : said))
    return isLooked
  }

  function drawDetail(run: ObservedRun): boolean {
    const row = past ?? { sequence: run.sequence }
    const { sequence } = row
    const state = past === undefined ? run.snapshot.state : stateAt(run, sequence)
    const at = nameOf(state)
    diagram?.mark({
      state,
      before: stateAt(run, Math.max(0, sequence - 1)),
      events: run.batch(sequence)?.map(({ type }) => type),
    })
    const said = past === undefined ? run.snapshot.status : 'past'
    setText(status, said)
    setAttribute(status, 'data-status', said)
    const pending = run.sequence - run.confirmed
    setText(
      where,
      `${at ?? ''} #${sequence}${past === undefined ? '' : ` of ${run.sequence}`}${pending > 0 ? `, ${pending} pending` : ''}`,
    )
    const waiting = run.waiting().length
    tabs.label('outputs', waiting > 0 ? `Outputs ${waiting}` : 'Outputs')
    const { selected } = tabs
    if (selected === 'send') {
      form.show(run)
      return true
    }
    // Outputs and what is pending change without a new row.
    const changing =
      selected === 'outputs' || sequence > run.confirmed ? `${run.position} ${page.performance.now()}` : ''
    const now = [run.machine.name, selected, sequence, run.refusals.indexOf(row.refusal as never), changing].join(' ')
    if (now === shown && shownRun === run) return true
    const { nodes, isComplete } = contentOf(make, selected, run, row)
    tabs.parts[selected].replaceChildren(...nodes)
    shown = isComplete ? now : ''
    shownRun = run
    return isComplete
  }

  return {
    show,
    remove() {
      page.clearInterval(timer)
      page.cancelAnimationFrame(frame)
      visibility.disconnect()
      stopWatching()
      time.stop()
      isInView = false
      root.replaceChildren()
    },
  }
}

/** The state after a batch; undefined if it is not known. */
function stateAt(run: ObservedRun, sequence: number): unknown {
  const moment = run.moment(sequence)
  return typeof moment === 'string' ? undefined : moment.state
}
