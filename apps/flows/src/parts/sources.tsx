// The files of a flow, as they are in the repository. They are loaded when somebody asks for them.

import { lazy, type ReactElement, Suspense, use, useId, useState } from 'react'

import { Tabs } from './tabs.tsx'

// The colours of source text are loaded with the first text.
const Code = lazy(async () => ({ default: (await import('./code.tsx')).Code }))

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
          <Suspense>
            <Text file={file} />
          </Suspense>
        </div>
      )}
    </section>
  )
}

function Text({ file }: { readonly file: SourceFile }): ReactElement {
  return <Code label={file.path} text={use(textOf(file))} />
}

const texts = new WeakMap<SourceFile, Promise<string>>()

/** The text of a file. `use` needs the same promise at every render. */
function textOf(file: SourceFile): Promise<string> {
  const known = texts.get(file)
  if (known !== undefined) return known
  const text = file.read().then((module) => module.default)
  texts.set(file, text)
  return text
}
