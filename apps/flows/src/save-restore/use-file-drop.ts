// Files dropped anywhere on the page. A browser that nobody tells otherwise leaves the page and shows the file.

import { useEffect, useEffectEvent, useState } from 'react'

/**
 * Calls a listener with the file that is dropped on the page.
 *
 * @returns whether a file is held over the page
 */
export function useFileDrop(onFile: (file: File) => void): boolean {
  const [isOver, setIsOver] = useState(false)

  const take = useEffectEvent((event: DragEvent) => {
    if (event.dataTransfer?.types.includes('Files') !== true) return
    event.preventDefault()
    setIsOver(event.type === 'dragover')
    const [file] = event.dataTransfer.files
    if (event.type === 'drop' && file !== undefined) onFile(file)
  })

  useEffect(() => {
    // To leave an element is not to leave the page, unless there is nothing that was entered.
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
