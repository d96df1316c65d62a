// The drawing of a machine. It is laid out and drawn once; then the state and the arrow just taken are only marked.

import type { AnyMachine, MachineOutline } from '@xmachines/core'
import { type Layout, layOut, STATE_HEIGHT } from './diagram-layout.ts'
import { type Maker, setAttribute } from './element.ts'
import { nameOf } from './state-name.ts'

/** Where a run is, and how it came there. */
export interface Place {
  readonly state: unknown
  /** The state before, if it is known, and the events that led from there. */
  readonly before: unknown
  readonly events: readonly string[] | undefined
}

/** A drawing of a machine. */
export interface Diagram {
  readonly element: HTMLElement
  mark(place: Place): void
}

/** Draws a machine, if it has states to draw. */
export function diagramOf(make: Maker, machine: AnyMachine): Diagram {
  const layout = layOut(machine)
  return layout === undefined ? outlineOf(make, machine) : drawGraph(make, machine, layout)
}

/** The outline, once it is loaded. Without one, the drawing says so. */
function outlineOf(make: Maker, machine: AnyMachine): Diagram {
  const element = make('div', {}, make('p', { class: 'quiet' }, 'This machine does not list its states.'))
  let place: Place | undefined
  let mark: ((place: Place | undefined) => void) | undefined
  const { outline } = machine.graph
  if (outline !== undefined) load(outline).catch(() => undefined)

  async function load(loadOutline: () => Promise<MachineOutline>): Promise<void> {
    const { drawOutline } = await import('./outline.ts')
    mark = drawOutline(make, machine, await loadOutline(), element)
    mark(place)
  }

  return {
    element,
    mark(next) {
      place = next
      mark?.(next)
    },
  }
}

function drawGraph(make: Maker, machine: AnyMachine, layout: Layout): Diagram {
  const { left, width, height } = layout
  const head = make.svg(
    'marker',
    {
      id: 'head',
      refX: 7,
      refY: 4,
      markerUnits: 'userSpaceOnUse',
      markerWidth: 8,
      markerHeight: 8,
      orient: 'auto',
    },
    make.svg('path', { d: 'M0 0L8 4L0 8z', fill: 'context-stroke' }),
  )
  const arrows = layout.arrows.map((arrow) => {
    const { path, x, y, label, anchor } = arrow
    const line = make.svg('path', { class: 'line', d: path, 'marker-end': 'url(#head)' })
    const text = make.svg('text', { x, y, dy: '0.35em', 'text-anchor': anchor }, label)
    return { ...arrow, drawn: [make.svg('g', { class: 'arrow' }, line), make.svg('g', { class: 'arrow' }, text)] }
  })
  const states = layout.states.map((state) => {
    const { name, x, y, width: wide, isInitial, isFinal } = state
    const box = { x: x - wide / 2, y: y - STATE_HEIGHT / 2, width: wide, height: STATE_HEIGHT, rx: 8 }
    const group = make.svg('g', { class: isFinal ? 'state final' : 'state' })
    if (isInitial) {
      group.append(
        make.svg('circle', { class: 'start', cx: x, cy: 7, r: 4 }),
        make.svg('path', { class: 'line', d: `M${x} 11V${box.y}`, 'marker-end': 'url(#head)' }),
      )
    }
    group.append(make.svg('rect', box))
    if (isFinal)
      group.append(
        make.svg('rect', { ...box, x: box.x + 3, y: box.y + 3, width: wide - 6, height: STATE_HEIGHT - 6, rx: 5 }),
      )
    group.append(make.svg('text', { x, y, dy: '0.35em', 'text-anchor': 'middle' }, name))
    return { name, group }
  })
  const drawing = make.svg(
    'svg',
    { role: 'img', viewBox: `${left} 0 ${width} ${height}`, style: `max-width:${width * 1.15}px` },
    make.svg('defs', {}, head),
    ...arrows.map(({ drawn: [line] }) => line),
    ...states.map(({ group }) => group),
    // No line goes through a label.
    ...arrows.map(({ drawn: [, text] }) => text),
  )
  const anywhere = layout.anywhere.map(({ event, text }) => ({ event, item: make('li', {}, text) }))
  const list = make('ul', { 'aria-label': 'In any state' }, ...anywhere.map(({ item }) => item))
  const element = make(
    'div',
    { class: 'diagram' },
    drawing,
    anywhere.length > 0 ? make('p', { class: 'quiet' }, 'In any state', list) : undefined,
  )
  const label = `${machine.name}@${machine.version}`

  return {
    element,
    mark({ state, before, events = [] }) {
      const [at, from] = [nameOf(state), nameOf(before)]
      setAttribute(drawing, 'aria-label', `State diagram of ${label}, now ${at ?? 'in no named state'}`)
      for (const { name, group } of states) group.classList.toggle('current', name === at)
      let taken = false
      for (const arrow of arrows) {
        const isTaken = from === arrow.from && at === arrow.to && arrow.events.some((event) => events.includes(event))
        taken ||= isTaken
        for (const part of arrow.drawn) part.classList.toggle('taken', isTaken)
      }
      for (const { event, item } of anywhere) item.classList.toggle('taken', !taken && events.includes(event))
    },
  }
}
