// A drawing of Mermaid for a component.

import { useEffect, useId, useState } from 'react'

import { drawDiagram } from './draw-diagram.ts'

/** In place of a drawing that cannot be made: a network may not give Mermaid, and a machine may be too much for it. */
export const FAILED: unique symbol = Symbol('failed')

/** The drawing of a text in the language of Mermaid, once it is there. */
export function useDrawing(text: string): string | typeof FAILED | undefined {
  const id = `diagram${useId().replaceAll(/\W/g, '')}`
  const [drawing, setDrawing] = useState<string | typeof FAILED>()
  useEffect(() => {
    let wanted = true
    const show = (made: string | typeof FAILED): void => {
      if (wanted) setDrawing(made)
    }
    drawDiagram(id, text).then(show, () => show(FAILED))
    return () => {
      wanted = false
    }
  }, [id, text])
  return drawing
}
