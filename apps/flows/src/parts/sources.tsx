// The files of a flow, as they are in the repository. They are loaded when somebody asks for them.

import { type ReactElement, useEffect, useId, useState } from 'react'

import { Code } from './code.tsx'
import { Tabs } from './tabs.tsx'

/** A file of a flow. */
export interface SourceFile {
  /** What the file is in the flow, such as `machine`. */
  readonly part: string
  /** Its path in `apps/flows/src`. */
  readonly path: string
  /** Imports the file with `?raw`. */
  readonly read: () => Promise<{ readonly default: string }>
}

/** The files of a flow, one at a time. */
export function Sources({ files }: { readonly files: readonly SourceFile[] }): ReactElement {
  const [chosen, choose] = useState(0)
  const id = useId()
  const file = files[chosen]
  const text = useText(file)
  return (
    <section aria-label="Code" className="part sources">
      <Tabs
        label="Files"
        names={files.map(({ part, path }) => `${part}: ${path.slice(path.lastIndexOf('/') + 1)}`)}
        chosen={chosen}
        onChoose={choose}
        panel={id}
      />
      {file !== undefined && (
        <div id={id} role="tabpanel" aria-label={file.path}>
          <p className="quiet">apps/flows/src/{file.path}</p>
          {text !== undefined && <Code label={file.path} text={text} />}
        </div>
      )}
    </section>
  )
}

/** The text of a file, when it is there. */
function useText(file: SourceFile | undefined): string | undefined {
  const [read, setRead] = useState<{ readonly file: SourceFile; readonly text: string }>()
  useEffect(() => {
    let wanted = true
    void file?.read().then(({ default: text }) => {
      if (wanted) setRead({ file, text })
    })
    return () => {
      wanted = false
    }
  }, [file])
  return read?.file === file ? read?.text : undefined
}
