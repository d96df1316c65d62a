// The source text of a live example. It is read from the file that runs, so that both are always the same. It is read
// here and not in the MDX pages, because an edit of a file that an MDX page imports mounts the whole page again.

import { Source } from '@storybook/addon-docs/blocks'
import type { ReactElement } from 'react'
import { useTheme } from 'storybook/theming'

const sources = import.meta.glob<string>('./*-example.tsx', { query: '?raw', import: 'default', eager: true })

/** The text of `./NAME-example.tsx`. */
export function ExampleSource({ of: name }: { readonly of: string }): ReactElement {
  const { base } = useTheme()
  const text = sources[`./${name}-example.tsx`]
  if (text === undefined)
    throw new Error(`There is no ${name}-example.tsx in this folder. Add it, or correct the name.`)
  return <Source code={text} language="tsx" dark={base === 'dark'} />
}
