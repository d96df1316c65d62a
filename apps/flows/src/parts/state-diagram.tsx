// A diagram of a machine, drawn from its definition by Mermaid. The current state is highlighted.

import { type Machine, type RunEvent, toMermaid } from '@xmachines/core'
import { type ReactElement, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react'

import { drawDiagram } from './draw-diagram.ts'

interface StateDiagramProps<State, Event extends RunEvent, Output, Input> {
  readonly machine: Machine<State, Event, Output, Input>
  /** The name of the current state. */
  readonly at: string
}

/** The state diagram of a machine, and its source text. */
export function StateDiagram<State, Event extends RunEvent, Output, Input>({
  machine,
  at,
}: StateDiagramProps<State, Event, Output, Input>): ReactElement {
  const text = useMemo(() => toMermaid(machine), [machine])
  const drawing = useDrawing(text)
  const diagram = useRef<HTMLDivElement>(null)
  // Drawing takes longer than a frame, so the drawing stays and only the highlight moves.
  useLayoutEffect(() => {
    for (const node of diagram.current?.querySelectorAll('.node') ?? []) {
      node.classList.toggle('current', node.textContent?.trim() === at)
    }
  }, [drawing, at])
  return (
    <section aria-label="Machine" className="part">
      <h2>Machine</h2>
      <div
        ref={diagram}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an <img> could not use the colours of the page
        role="img"
        aria-label={`State diagram of ${machine.name}@${machine.version}, now ${at}`}
        aria-busy={drawing === undefined}
        className="diagram"
        // Mermaid sanitizes its output.
        dangerouslySetInnerHTML={{ __html: drawing ?? '' }}
      />
      <details>
        <summary>As text</summary>
        <pre>{text}</pre>
      </details>
    </section>
  )
}

function useDrawing(text: string): string | undefined {
  const id = `diagram${useId().replaceAll(/\W/g, '')}`
  const [drawing, setDrawing] = useState<string>()
  useEffect(() => {
    let wanted = true
    void drawDiagram(id, text).then((svg) => {
      if (wanted) setDrawing(svg)
    })
    return () => {
      wanted = false
    }
  }, [id, text])
  return drawing
}
