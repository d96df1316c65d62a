// A drawing, as a picture, and as a board to paint on with the pointer or with arrow keys and Enter. Each step can be
// undone and redone, also with the usual keys.

import type { Undoable, UndoEvent } from '@xmachines/core/undo'
import type { Send } from '@xmachines/react'
import { type KeyboardEvent, type PointerEvent, type ReactElement, useRef, useState } from 'react'

import './pixel-board.css'
import { COLOURS, type Drawing, type DrawingEvent, SIZE } from './pixels.ts'
import { ripples } from './ripples.ts'

/** A drawing to look at. */
export function PixelPicture({ drawing }: { readonly drawing: Drawing }): ReactElement {
  const painted = drawing.join('').replaceAll('.', '').length
  return (
    <div
      className="pixels"
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it uses the colours of the page
      role="img"
      aria-label={`A drawing with ${painted} painted pixels`}
    >
      {Array.from(drawing.join(''), (colour, index) => (
        <span key={index} data-colour={colour} />
      ))}
    </div>
  )
}

interface PixelBoardProps {
  /** The drawing, and what can be undone and redone. */
  readonly steps: Undoable<Drawing>
  /** Undefined for a drawing in the past. */
  readonly send: Send<DrawingEvent | UndoEvent> | undefined
  /** Streams many events: each is a commit, and the page is updated once a frame. */
  readonly stream: (events: readonly DrawingEvent[]) => void
}

/** A drawing to paint on, with its colours. */
export function PixelBoard({ steps, send, stream }: PixelBoardProps): ReactElement {
  const [colour, setColour] = useState('r')
  const { past, present: drawing, future } = steps

  function undoByKey(event: KeyboardEvent): void {
    const type = undoKey(event)
    if (type === undefined) return
    event.preventDefault()
    send?.({ type })
  }

  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the buttons inside do the same
    <div className="painting" onKeyDown={undoByKey}>
      {send === undefined ? (
        <PixelPicture drawing={drawing} />
      ) : (
        <PixelButtons
          drawing={drawing}
          onPaint={(x, y) => {
            if (drawing[y]?.[x] !== colour) send({ type: 'PAINT', x, y, colour })
          }}
        />
      )}
      <div className="palette">
        <fieldset className="actions" aria-label="Colour" disabled={send === undefined}>
          {Array.from(COLOURS, (one) => (
            <button
              key={one}
              type="button"
              className="swatch"
              data-colour={one}
              aria-label={names[one]}
              aria-pressed={one === colour}
              onClick={() => setColour(one)}
            />
          ))}
        </fieldset>
        <div className="actions">
          <button type="button" disabled={send === undefined} onClick={() => send?.({ type: 'CLEAR' })}>
            Clear
          </button>
          <button type="button" disabled={send === undefined} onClick={() => stream(ripples(1000))}>
            Paint 1,000 pixels
          </button>
        </div>
        <fieldset className="actions" aria-label="Steps" disabled={send === undefined}>
          <button type="button" disabled={past.length === 0} onClick={() => send?.({ type: 'UNDO' })}>
            Undo
          </button>
          <button type="button" disabled={future.length === 0} onClick={() => send?.({ type: 'REDO' })}>
            Redo
          </button>
          <output className="quiet steps">{wordsFor(past.length, future.length)}</output>
        </fieldset>
      </div>
    </div>
  )
}

interface PixelButtonsProps {
  readonly drawing: Drawing
  readonly onPaint: (x: number, y: number) => void
}

function PixelButtons({ drawing, onPaint }: PixelButtonsProps): ReactElement {
  const board = useRef<HTMLFieldSetElement>(null)
  // One button is a tab stop, and the arrow keys move the focus from there.
  const [reached, setReached] = useState(0)

  function move(event: KeyboardEvent, from: number): void {
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    const [x, y] = [(from % SIZE) + step.x, Math.floor(from / SIZE) + step.y]
    const next = board.current?.children[y * SIZE + x]
    if (x < 0 || x >= SIZE || !(next instanceof HTMLElement)) return
    setReached(y * SIZE + x)
    next.focus()
  }

  function begin(event: PointerEvent<HTMLButtonElement>, x: number, y: number): void {
    // A touch is captured by its first button, and the others would get no pointer events.
    if (event.currentTarget.hasPointerCapture(event.pointerId)) {
      event.currentTarget.releasePointerCapture(event.pointerId)
    }
    onPaint(x, y)
  }

  return (
    <fieldset ref={board} className="pixels" aria-label="Drawing">
      {Array.from(drawing.join(''), (colour, index) => {
        const [x, y] = [index % SIZE, Math.floor(index / SIZE)]
        return (
          <button
            key={index}
            type="button"
            data-colour={colour}
            aria-label={`Row ${y + 1}, column ${x + 1}: ${names[colour]}`}
            tabIndex={index === reached ? 0 : -1}
            onKeyDown={(event) => move(event, index)}
            onPointerDown={(event) => begin(event, x, y)}
            onPointerEnter={(event) => {
              if (event.buttons === 1) onPaint(x, y)
            }}
            onClick={() => onPaint(x, y)}
          />
        )
      })}
    </fieldset>
  )
}

/** The event of a usual key for undoing or redoing. */
function undoKey({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): UndoEvent['type'] | undefined {
  if (!ctrlKey && !metaKey) return undefined
  if (key.toLowerCase() === 'z') return shiftKey ? 'REDO' : 'UNDO'
  return key.toLowerCase() === 'y' ? 'REDO' : undefined
}

function wordsFor(back: number, forth: number): string {
  return `${back} ${back === 1 ? 'step' : 'steps'} back, ${forth} forward`
}

const names: Readonly<Record<string, string>> = {
  '.': 'paper',
  r: 'red',
  o: 'orange',
  y: 'yellow',
  g: 'green',
  b: 'blue',
  v: 'violet',
}

const steps: Readonly<Record<string, { readonly x: number; readonly y: number }>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}
