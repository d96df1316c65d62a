// Plain data as a tree that unfolds, and a change as a tree of what changed. A part is made when it is unfolded.

import { brief } from './brief.ts'
import type { Change } from './difference.ts'
import type { Maker } from './element.ts'

/** How many members are shown at first, and with each press of *more*. */
const PAGE = 100

/** A value as a tree. */
export function valueTree(make: Maker, value: unknown, depth = 2): HTMLElement {
  const tree = make('div', { class: 'tree' })
  // The members of the whole stand for themselves.
  if (hasMembers(value)) addPage(make, tree, Object.entries(value), 0, depth)
  else tree.append(valueNode(make, undefined, value, depth))
  return tree
}

function hasMembers(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

function valueNode(make: Maker, name: string | undefined, value: unknown, depth: number): HTMLElement {
  const label = labelOf(make, name)
  if (!hasMembers(value)) return make('div', { class: 'leaf' }, label, leaf(make, value))
  const members = Object.entries(value)
  const count = make(
    'span',
    { class: 'quiet' },
    Array.isArray(value) ? ` ${members.length} ${members.length === 1 ? 'item' : 'items'}` : '',
  )
  const summary = make('summary', {}, label, make('span', { class: 'preview' }, brief(value, 1)), count)
  const node = make('details', {}, summary)
  const unfold = (): void => {
    if (node.open && node.childElementCount === 1) addPage(make, node, members, 0, depth)
  }
  node.addEventListener('toggle', unfold)
  node.open = depth > 0 && members.length <= 20
  unfold()
  return node
}

function labelOf(make: Maker, name: string | undefined): HTMLElement | undefined {
  return name === undefined ? undefined : make('span', { class: 'name' }, `${name}: `)
}

function addPage(
  make: Maker,
  node: HTMLElement,
  members: readonly (readonly [string, unknown])[],
  from: number,
  depth: number,
): void {
  for (const [name, member] of members.slice(from, from + PAGE)) node.append(valueNode(make, name, member, depth - 1))
  const left = members.length - from - PAGE
  if (left <= 0) return
  const more = make('button', { type: 'button', class: 'more' }, `${left} more`)
  more.addEventListener('click', () => {
    more.remove()
    addPage(make, node, members, from + PAGE, depth)
  })
  node.append(more)
}

function leaf(make: Maker, value: unknown): HTMLElement {
  const kind = value === null ? 'null' : typeof value
  return make('span', { class: `value ${kind}` }, JSON.stringify(value))
}

const signs = { added: '+', removed: '−', changed: '~' } as const

/** A change as a tree. */
export function changeTree(make: Maker, change: Change): HTMLElement {
  return make('div', { class: 'tree' }, changeNode(make, undefined, change))
}

function changeNode(make: Maker, name: string | undefined, change: Change): HTMLElement {
  const label = labelOf(make, name)
  if (change.kind === 'inside') {
    const { members, same, more } = change
    const node = make('div', label === undefined ? {} : { class: 'inside' })
    if (label !== undefined) node.append(label)
    for (const [inner, one] of members) node.append(changeNode(make, inner, one))
    if (more > 0) node.append(make('div', { class: 'quiet' }, `… ${more} more changes`))
    if (same > 0) node.append(make('div', { class: 'quiet' }, `${same} unchanged`))
    return node
  }
  const sign = make('span', { class: 'sign', 'aria-hidden': 'true' }, signs[change.kind])
  const said = make('span', { class: 'said' }, `${change.kind} `)
  const line = make('div', { class: `line ${change.kind}` }, sign, said, label)
  if (change.kind !== 'changed') {
    line.append(hasMembers(change.value) ? valueNode(make, undefined, change.value, 1) : leaf(make, change.value))
    return line
  }
  line.append(
    make('del', {}, brief(change.before)),
    make('span', { class: 'quiet' }, ' → '),
    make('ins', {}, brief(change.after)),
  )
  return line
}
