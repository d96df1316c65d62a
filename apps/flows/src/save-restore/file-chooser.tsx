// Takes a file that is dropped anywhere on the page, or chosen with a button.

import { type ReactElement, useId } from 'react'

import { useFileDrop } from './use-file-drop.ts'

/** A drop zone with a button to choose a file. */
export function FileChooser({ onFile }: { readonly onFile: (file: File) => void }): ReactElement {
  const id = useId()
  const isOver = useFileDrop(onFile)
  return (
    <div className="chooser" data-over={isOver}>
      <svg viewBox="0 0 32 40" width="32" height="40" aria-hidden="true">
        <path d="M2 4a3 3 0 0 1 3-3h15l10 10v25a3 3 0 0 1-3 3H5a3 3 0 0 1-3-3z" />
        <path d="M20 1v7a3 3 0 0 0 3 3h7M9 19h14M9 25h14M9 31h9" />
      </svg>
      <p>Drop the file of a run anywhere on this page, or</p>
      <input
        id={id}
        type="file"
        accept=".json,application/json"
        onChange={({ currentTarget: input }) => {
          const [file] = input.files ?? []
          if (file !== undefined) onFile(file)
          // Lets the user choose the same file again.
          input.value = ''
        }}
      />
      <label htmlFor={id}>Choose a file</label>
    </div>
  )
}
