// The diagram of a chart, drawn by Mermaid. All states in which the run is are highlighted.

import { useSnapshot } from '@xmachines/react'
import { activeIn, diagramOf, diagramToMermaid } from '@xmachines/xstate/diagram'
import { type ReactElement, useEffect, useLayoutEffect, useRef, useState } from 'react'

import { drawDiagram } from '../parts/draw-diagram.ts'
import type { ObservedRun } from '../parts/observed-run.ts'
import { coffee } from './coffee.ts'

const diagram = diagramOf(coffee)
const text = diagramToMermaid(diagram)

interface ChartDiagramProps {
  /** A run of the chart. */
  readonly run: ObservedRun
}

/** The diagram of the coffee machine, and its source text. */
export function ChartDiagram({ run }: ChartDiagramProps): ReactElement {
  const [drawing, setDrawing] = useState<string>()
  const [isFailed, setIsFailed] = useState(false)
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    let wanted = true
    drawDiagram('coffee', text).then(
      (made) => wanted && setDrawing(made),
      () => wanted && setIsFailed(true),
    )
    return () => {
      wanted = false
    }
  }, [])
  // The page shows no run of another machine here.
  const value = useSnapshot(run.snapshot, ({ state }) => (state as { readonly value: unknown }).value)
  const active = activeIn(coffee, { value })
  // Drawing takes longer than a frame, so the drawing stays and only the highlights move.
  useLayoutEffect(() => {
    for (const [at, { id }] of diagram.states.entries()) {
      for (const drawn of place.current?.querySelectorAll(drawnAs(at)) ?? []) {
        drawn.classList.toggle('current', active.includes(id))
      }
    }
  }, [drawing, active])
  const names = diagram.states.filter(({ id }) => active.includes(id)).map(({ name }) => name)
  return (
    <section aria-label="Chart" className="part">
      <h2>Chart</h2>
      {!isFailed && (
        <div
          ref={place}
          // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an <img> could not use the colours of the page
          role="img"
          aria-label={`Diagram of the chart, now ${names.join(', ')}`}
          aria-busy={drawing === undefined}
          className="diagram chart-diagram"
          // Mermaid sanitizes its output.
          dangerouslySetInnerHTML={{ __html: drawing ?? '' }}
        />
      )}
      <details open={isFailed}>
        <summary>As text</summary>
        <pre>{text}</pre>
      </details>
    </section>
  )
}

/** What Mermaid draws for the state at this place: a node, or a box around others. */
function drawnAs(at: number): string {
  return `:is(.node, .statediagram-cluster)[id*="-state-s${at}-"]`
}
