// The results as tiles of the periodic table. The run holds only symbols; the page knows the elements.

import type { ReactElement, ReactNode } from 'react'

import { type ChemicalElement, ELEMENTS } from './elements.ts'
import { MOST_SYMBOLS, type Results } from './search.ts'

interface ResultTilesProps {
  readonly results: Results | undefined
  /** Whether the results belong to the current text. */
  readonly current: boolean
}

/** A tile for each element found, and empty tiles up to the most that there can be. */
export function ResultTiles({ results, current }: ResultTilesProps): ReactElement {
  const found = ELEMENTS.filter(({ symbol }) => results?.symbols.includes(symbol)).toSorted(
    (one, other) => rankOf(one) - rankOf(other),
  )
  function rankOf({ symbol }: ChemicalElement): number {
    return results?.symbols.indexOf(symbol) ?? 0
  }
  return (
    <ul className="tiles" aria-label="Elements found" data-current={current}>
      {found.map(({ number, symbol, name }) => (
        <li key={symbol}>
          <span className="quiet tile-number" aria-hidden="true">
            {number}
          </span>
          <strong>{symbol}</strong>
          <span>{marked(name, results?.query ?? '')}</span>
        </li>
      ))}
      {Array.from({ length: MOST_SYMBOLS - found.length }, (_, index) => (
        <li key={index} className="tile-missing" aria-hidden="true" />
      ))}
    </ul>
  )
}

/** A name with the searched part highlighted. */
function marked(name: string, query: string): ReactNode {
  const at = name.toLowerCase().indexOf(query.toLowerCase())
  if (query === '' || at === -1) return name
  const end = at + query.length
  return (
    <>
      {name.slice(0, at)}
      <mark>{name.slice(at, end)}</mark>
      {name.slice(end)}
    </>
  )
}
