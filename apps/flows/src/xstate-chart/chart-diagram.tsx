// The diagram of a chart, drawn by Mermaid. All states in which the run is are highlighted.

import { useSnapshot } from '@xmachines/react'
import { diagramOf, diagramToMermaid } from '@xmachines/xstate/diagram'
import { type ReactElement, useLayoutEffect, useRef } from 'react'

import type { ObservedRun } from '../parts/observed-run.ts'
import { FAILED, useDrawing } from '../parts/use-drawing.ts'
import { coffee } from './coffee.ts'

const diagram = diagramOf(coffee)
const text = diagramToMermaid(diagram)

interface ChartDiagramProps {
  /** A run of the chart. */
  readonly run: ObservedRun
}

/** The diagram of the coffee machine, and its source text. */
export function ChartDiagram({ run }: ChartDiagramProps): ReactElement {
  const drawing = useDrawing(text)
  const place = useRef<HTMLDivElement>(null)
  const active = diagram.activeIn(useSnapshot(run.snapshot).state)
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
      {drawing !== FAILED && (
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
      <details open={drawing === FAILED}>
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
