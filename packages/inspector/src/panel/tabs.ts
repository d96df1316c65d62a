// A row of tabs over parts of which one is shown, with the keys that tabs have.

import { type Maker, setAttribute, setText } from './element.ts'

/** Tabs, by the names of their parts. */
export interface Tabs<Name extends string> {
  /** The row of tabs. */
  readonly list: HTMLElement
  /** The parts. */
  readonly parts: Readonly<Record<Name, HTMLElement>>
  readonly selected: Name
  /** Changes the words of a tab. */
  label(name: Name, text: string): void
}

/**
 * Makes tabs.
 * @param labels the words of each tab, in order
 * @param changed called when another was selected
 */
export function makeTabs<Name extends string>(
  make: Maker,
  labels: Readonly<Record<Name, string>>,
  changed: () => void,
): Tabs<Name> {
  const names = Object.keys(labels) as Name[]
  let selected = names[0] as Name
  const tabs = new Map<Name, HTMLElement>()
  const parts = {} as Record<Name, HTMLElement>
  for (const name of names) {
    const tab = make(
      'button',
      { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': `part-${name}` },
      labels[name],
    )
    tab.addEventListener('click', () => select(name))
    tabs.set(name, tab)
    parts[name] = make('div', {
      role: 'tabpanel',
      id: `part-${name}`,
      class: `part ${name}`,
      'aria-labelledby': `tab-${name}`,
      tabindex: '0',
    })
  }
  const list = make(
    'div',
    { class: 'tabs', role: 'tablist', 'aria-label': 'Detail', onkeydown: pressed },
    ...tabs.values(),
  )
  mark()

  function mark(): void {
    for (const name of names) {
      const tab = tabs.get(name) as HTMLElement
      setAttribute(tab, 'aria-selected', String(name === selected))
      setAttribute(tab, 'tabindex', name === selected ? 0 : -1)
      parts[name].hidden = name !== selected
    }
  }

  function select(name: Name): void {
    if (name === selected) return
    selected = name
    mark()
    changed()
  }

  function pressed(event: KeyboardEvent): void {
    const at = names.indexOf(selected)
    const moves: Readonly<Record<string, number>> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }
    const to = moves[event.key]
    if (to === undefined) return
    event.preventDefault()
    const name = names.at(to % names.length) as Name
    select(name)
    tabs.get(name)?.focus()
  }

  return {
    list,
    parts,
    get selected() {
      return selected
    },
    label: (name, text) => setText(tabs.get(name) as HTMLElement, text),
  }
}
