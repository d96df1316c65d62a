// Receives files that are dropped anywhere on the page. Without this, the browser leaves the page and opens the file.

import { useEffect, useEffectEvent, useState } from 'react'

/**
 * Calls a listener with the files that are dropped on the page together.
 *
 * @returns whether a file is being dragged over the page
 */
export function useFileDrop(onFiles: (files: readonly File[]) => void): boolean {
  const [isOver, setIsOver] = useState(false)

  const take = useEffectEvent((event: DragEvent) => {
    if (event.dataTransfer?.types.includes('Files') !== true) return
    event.preventDefault()
    setIsOver(event.type === 'dragover')
    const files = [...event.dataTransfer.files]
    if (event.type === 'drop' && files.length > 0) onFiles(files)
  })

  useEffect(() => {
    // Leaving an element means leaving the page only if no other element is entered.
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setIsOver(false)
    }
    const drag = (event: DragEvent): void => take(event)
    window.addEventListener('dragover', drag)
    window.addEventListener('drop', drag)
    window.addEventListener('dragleave', leave)
    return () => {
      window.removeEventListener('dragover', drag)
      window.removeEventListener('drop', drag)
      window.removeEventListener('dragleave', leave)
    }
  }, [])

  return isOver
}
