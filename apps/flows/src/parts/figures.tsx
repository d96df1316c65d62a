// A row of figures with their names.

import type { ReactElement } from 'react'

interface FiguresProps {
  readonly figures: readonly (readonly [name: string, value: string])[]
}

/** Shows each figure above its name. */
export function Figures({ figures }: FiguresProps): ReactElement {
  return (
    <dl className="figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
