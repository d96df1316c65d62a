// The source text of a live example, read from the very file that runs, so that the two cannot differ. It is read here
// and not in the MDX pages: what an MDX page imports remounts everything when it is edited, and what a component does not.

import { Source } from '@storybook/addon-docs/blocks'
import type { ReactElement } from 'react'
import { useTheme } from 'storybook/theming'

const sources = import.meta.glob<string>('./*-example.tsx', { query: '?raw', import: 'default', eager: true })

/** The text of `./NAME-example.tsx`. */
export function ExampleSource({ of: name }: { readonly of: string }): ReactElement {
  const { base } = useTheme()
  const text = sources[`./${name}-example.tsx`]
  if (text === undefined) throw new Error(`There is no ${name}-example.tsx beside this file.`)
  return <Source code={text} language="tsx" dark={base === 'dark'} />
}
