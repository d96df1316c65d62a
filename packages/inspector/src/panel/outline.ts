// The outline of a machine whose states are in states: boxes in boxes, each with its arrows as lines of text. It is loaded when such
// a machine is shown.

import type { AnyMachine, MachineOutline, OutlineArrow, OutlineState } from '@xmachines/core'
import type { Place } from './diagram.ts'
import { type Maker, setAttribute } from './element.ts'
import { outlineStyle } from './outline-style.ts'

/** Draws the outline of a machine into an element. Answers what marks it. */
export function drawOutline(
  make: Maker,
  machine: AnyMachine,
  outline: MachineOutline,
  element: HTMLElement,
): (place: Place | undefined) => void {
  const { states, arrows, activeIn } = outline
  const byId = new Map(states.map((state) => [state.id, state]))
  const boxes = new Map<string, HTMLElement>()
  const lines = new Map<OutlineArrow, HTMLElement>()
  const boxesIn = (parent: string | undefined): HTMLElement[] =>
    states.filter((state) => state.parent === parent).map(boxOf)
  const anywhere = linesOf(undefined)
  const drawing = make('ul', {}, ...boxesIn(undefined))
  const more = anywhere && make('p', { class: 'quiet' }, 'In any state')
  element.replaceChildren(make('style', {}, outlineStyle), make('div', { class: 'outline' }, drawing, more, anywhere))

  function boxOf(state: OutlineState): HTMLElement {
    const { id, kind, isInitial } = state
    const inner = boxesIn(id)
    const box = make(
      'li',
      { class: `box ${kind}` },
      make('span', { class: isInitial ? 'title initial' : 'title' }, nameOf(state)),
      linesOf(id),
      inner.length > 0 ? make('ul', { class: kind === 'parallel' ? 'regions' : '' }, ...inner) : undefined,
    )
    boxes.set(id, box)
    return box
  }

  function linesOf(from: string | undefined): HTMLElement | undefined {
    const items = arrows
      .filter((arrow) => arrow.from === from)
      .map((arrow) => {
        const to = byId.get(arrow.to ?? '')
        const line = make('li', {}, to === undefined ? arrow.label : `${arrow.label} → ${nameOf(to)}`)
        lines.set(arrow, line)
        return line
      })
    return items.length > 0 ? make('ul', { class: 'lines' }, ...items) : undefined
  }

  return (place) => {
    // Nothing was shown yet.
    if (place === undefined) return
    const { state, before, events = [] } = place
    const active = new Set(state === undefined ? [] : activeIn(state))
    const names = states.filter(({ id }) => active.has(id)).map(nameOf)
    setAttribute(drawing, 'aria-label', `States of ${machine.name}@${machine.version}, now ${names.join(', ')}`)
    for (const [id, box] of boxes) {
      box.classList.toggle('current', active.has(id))
      setAttribute(box, 'aria-current', active.has(id) && 'true')
    }
    const taken = before === undefined || before === state ? [] : takenArrows(new Set(activeIn(before)), active, events)
    for (const [arrow, line] of lines) line.classList.toggle('taken', taken.includes(arrow))
  }

  /** The arrows that explain a step: from a state that was active to one that is. Guards are not asked again. */
  function takenArrows(
    before: ReadonlySet<string>,
    after: ReadonlySet<string>,
    events: readonly string[],
  ): readonly OutlineArrow[] {
    const possible = arrows.filter(({ from, event }) => {
      return (from === undefined || before.has(from)) && events.some((type) => takes(event, type))
    })
    const leading = possible.flatMap((arrow) => wayFrom(arrow, after, new Set([arrow])) ?? [])
    if (leading.length > 0) return leading
    return possible.filter(({ from, to }) => to === undefined && (from === undefined || after.has(from)))
  }

  /** An arrow, and those without an event that follow it until a state is active. Undefined if none is. */
  function wayFrom(
    arrow: OutlineArrow,
    after: ReadonlySet<string>,
    seen: Set<OutlineArrow>,
  ): readonly OutlineArrow[] | undefined {
    if (arrow.to === undefined) return undefined
    const to = placeOf(arrow.to)
    if (after.has(to)) return [arrow]
    for (const next of arrows) {
      const { event, from } = next
      if (event !== '' || from === undefined || seen.has(next) || !(isWithin(to, from) || isWithin(from, to))) continue
      const way = wayFrom(next, after, seen.add(next))
      if (way !== undefined) return [arrow, ...way]
    }
    return undefined
  }

  function isWithin(id: string | undefined, outer: string): boolean {
    return id !== undefined && (id === outer || isWithin(byId.get(id)?.parent, outer))
  }

  /** A history stands for the state that it is in. */
  function placeOf(id: string): string {
    const { kind, parent } = byId.get(id) ?? {}
    return parent !== undefined && kind?.endsWith('history') ? parent : id
  }
}

function nameOf({ name, kind }: OutlineState): string {
  return kind === 'history' ? 'H' : kind === 'deep history' ? 'H*' : name
}

/** Whether an arrow takes events of a type: its own, any (`*`), or any that begins so (`a.*`). */
function takes(event: string, type: string): boolean {
  return event === type || event === '*' || (event.endsWith('.*') && `${type}.`.startsWith(event.slice(0, -1)))
}
