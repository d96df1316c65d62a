// A thousand components on one run, each with its own selector: a batch renders only the cells that it changes. The
// grid is one tab stop, and the arrow keys move the active cell. A separate ring marks it, so that no cell renders for
// that.

import type { Run } from '@xmachines/core'
import { useSnapshot } from '@xmachines/react'
import { type KeyboardEvent, type MouseEvent, memo, type ReactElement, useEffect, useId, useState } from 'react'

import { type Cells, type CellsEvent, COLUMNS, ROWS } from './cells.ts'
import type { Tally } from './tally.ts'

/** The position of a cell. */
interface Place {
  readonly row: number
  readonly column: number
}

interface CellGridProps {
  readonly run: Run<Cells, CellsEvent>
  readonly tally: Tally
  readonly onCount: (place: Place) => void
}

/** All cells, coloured by their counts. */
export function CellGrid({ run, tally, onCount }: CellGridProps): ReactElement {
  const id = useId()
  const [active, setActive] = useState<Place>({ row: 0, column: 0 })

  function press(event: KeyboardEvent): void {
    const next = moved(active, event.key)
    if (next !== undefined) setActive(next)
    else if (event.key === 'Enter' || event.key === ' ') onCount(active)
    else return
    event.preventDefault()
  }

  function click(event: MouseEvent): void {
    const place = placeOf(event.target as Element)
    if (place === undefined) return
    setActive(place)
    onCount(place)
  }

  return (
    <div className="cells">
      <table
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role -- a grid is an interactive table
        role="grid"
        tabIndex={0}
        aria-label="Cells: move with the arrow keys, count with Enter"
        aria-activedescendant={idOf(id, active)}
        onKeyDown={press}
        onClick={click}
      >
        <tbody>
          {rows.map((row) => (
            <Row key={row} id={id} row={row} run={run} tally={tally} />
          ))}
        </tbody>
      </table>
      <div
        className="ring"
        style={{ left: `${(100 * active.column) / COLUMNS}%`, top: `${(100 * active.row) / ROWS}%` }}
      />
    </div>
  )
}

interface RowProps extends Omit<CellGridProps, 'onCount'> {
  readonly id: string
  readonly row: number
}

const Row = memo(function Row({ row, ...props }: RowProps): ReactElement {
  return (
    <tr>
      {columns.map((column) => (
        <Cell key={column} row={row} column={column} {...props} />
      ))}
    </tr>
  )
})

const Cell = memo(function Cell({ id, row, column, run, tally }: RowProps & Place): ReactElement {
  const count = useSnapshot(run, ({ state }) => state[row]?.[column] ?? 0)
  useEffect(() => tally.cellRendered())
  return (
    <td
      id={idOf(id, { row, column })}
      aria-label={`${count}`}
      data-place={`${row} ${column}`}
      data-heat={Math.min(count, HOTTEST)}
    />
  )
})

/** From this count on, cells look the same. */
const HOTTEST = 9

const rows = Array.from({ length: ROWS }, (_, row) => row)
const columns = Array.from({ length: COLUMNS }, (_, column) => column)

function idOf(id: string, { row, column }: Place): string {
  return `${id}${row}-${column}`
}

function placeOf(target: Element): Place | undefined {
  const [row, column] = (target.getAttribute('data-place') ?? '').split(' ').map(Number)
  return row === undefined || column === undefined ? undefined : { row, column }
}

/** The next cell for a key that moves, within the grid; undefined for other keys. */
function moved({ row, column }: Place, key: string): Place | undefined {
  switch (key) {
    case 'ArrowLeft':
      return { row, column: Math.max(0, column - 1) }
    case 'ArrowRight':
      return { row, column: Math.min(COLUMNS - 1, column + 1) }
    case 'ArrowUp':
      return { row: Math.max(0, row - 1), column }
    case 'ArrowDown':
      return { row: Math.min(ROWS - 1, row + 1), column }
    case 'Home':
      return { row, column: 0 }
    case 'End':
      return { row, column: COLUMNS - 1 }
    default:
      return undefined
  }
}
