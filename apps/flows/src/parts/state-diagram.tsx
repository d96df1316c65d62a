// A diagram of a machine, drawn from its definition by Mermaid. The current state is highlighted. Its room is kept until the drawing
// is there; without Mermaid, the states are a list.

import { type Machine, type RunEvent, toMermaid } from '@xmachines/core'
import { type ReactElement, useLayoutEffect, useMemo, useRef } from 'react'

import { rowsOf, StateList } from './state-list.tsx'
import { FAILED, useDrawing } from './use-drawing.ts'

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
  const room = useMemo(() => (across ? ACROSS : Math.min(MOST, START + ROW * rowsOf(machine))), [machine, across])
  if (drawing === FAILED) return <StateList machine={machine} at={at} />
  return (
    <div
      ref={diagram}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an <img> could not use the colours of the page
      role="img"
      aria-label={`State diagram of ${machine.name}@${machine.version}, now ${at}`}
      aria-busy={drawing === undefined}
      className="diagram"
      style={{ minHeight: room }}
      // Mermaid sanitizes its output.
      dangerouslySetInnerHTML={{ __html: drawing ?? '' }}
    />
  )
}

/** What a drawing of Mermaid takes in pixels: before its first row and for each row; and the most, as in the style sheet. */
const START = 29
const ROW = 121
const MOST = 432
/** A drawing from left to right is scaled to the width. */
const ACROSS = 112
