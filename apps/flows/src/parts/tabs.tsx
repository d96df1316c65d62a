// A row of tabs. Arrow keys, Home and End move between them, as readers of other tabs expect.

import { type KeyboardEvent, type ReactElement, useRef } from 'react'

interface TabsProps {
  readonly label: string
  readonly names: readonly string[]
  readonly chosen: number
  readonly onChoose: (index: number) => void
  /** The id of the panel that shows what is chosen. */
  readonly panel: string
}

/** A row of tabs, one of them chosen. */
export function Tabs({ label, names, chosen, onChoose, panel }: TabsProps): ReactElement {
  const list = useRef<HTMLDivElement>(null)

  function move(event: KeyboardEvent): void {
    const next = moves[event.key]?.(chosen, names.length)
    if (next === undefined) return
    event.preventDefault()
    onChoose(next)
    list.current?.querySelectorAll('button')[next]?.focus()
  }

  return (
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- the chosen tab has the focus
    <div ref={list} role="tablist" aria-label={label} className="tabs" onKeyDown={move}>
      {names.map((name, index) => (
        <button
          key={name}
          type="button"
          role="tab"
          aria-selected={index === chosen}
          aria-controls={panel}
          tabIndex={index === chosen ? 0 : -1}
          onClick={() => onChoose(index)}
        >
          {name}
        </button>
      ))}
    </div>
  )
}

const moves: Readonly<Record<string, (chosen: number, count: number) => number>> = {
  ArrowRight: (chosen, count) => (chosen + 1) % count,
  ArrowLeft: (chosen, count) => (chosen + count - 1) % count,
  Home: () => 0,
  End: (_chosen, count) => count - 1,
}
