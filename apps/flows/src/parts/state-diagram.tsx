// A diagram of a machine, drawn from its definition by Mermaid. The current state is highlighted.

import { type Machine, type RunEvent, toMermaid } from '@xmachines/core'
import { type ReactElement, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react'

import { drawDiagram } from './draw-diagram.ts'

interface StateDiagramProps<State, Event extends RunEvent, Output, Input> {
  readonly machine: Machine<State, Event, Output, Input>
  /** The name of the current state. */
  readonly at: string
  /** Whether to draw it from left to right instead of downwards. */
  readonly across?: boolean
}

/** The state diagram of a machine, and its source text. */
export function StateDiagram<State, Event extends RunEvent, Output, Input>(
  props: StateDiagramProps<State, Event, Output, Input>,
): ReactElement {
  return (
    <section aria-label="Machine" className="part">
      <h2>Machine</h2>
      <Diagram {...props} />
      <details>
        <summary>As text</summary>
        <pre>{toMermaid(props.machine)}</pre>
      </details>
    </section>
  )
}

/** The state diagram of a machine. */
export function Diagram<State, Event extends RunEvent, Output, Input>({
  machine,
  at,
  across = false,
}: StateDiagramProps<State, Event, Output, Input>): ReactElement {
  const text = useMemo(() => toMermaid(machine), [machine])
  const drawing = useDrawing(across ? text.replace('\n', '\ndirection LR\n') : text)
  const diagram = useRef<HTMLDivElement>(null)
  // Drawing takes longer than a frame, so the drawing stays and only the highlight moves.
  useLayoutEffect(() => {
    for (const node of diagram.current?.querySelectorAll('.node') ?? []) {
      node.classList.toggle('current', node.textContent?.trim() === at)
    }
  }, [drawing, at])
  return (
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
