// Takes files that are dropped anywhere on the page, or chosen with a button.

import { type ReactElement, useId } from 'react'

import { useFileDrop } from './use-file-drop.ts'

interface FileChooserProps {
  /** The kinds of files that the button offers. Without it, it offers one file of a run. */
  readonly accept?: string
  readonly onFiles: (files: readonly File[]) => void
}

/** A drop zone with a button to choose files. */
export function FileChooser({ accept, onFiles }: FileChooserProps): ReactElement {
  const id = useId()
  const isOver = useFileDrop(onFiles)
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
        accept={accept ?? '.json,application/json'}
        multiple={accept !== undefined}
        onChange={({ currentTarget: input }) => {
          const files = [...(input.files ?? [])]
          if (files.length > 0) onFiles(files)
          // Lets the user choose the same file again.
          input.value = ''
        }}
      />
      <label htmlFor={id}>Choose a file</label>
    </div>
  )
}
