// Source text with colours.

import type { ReactElement } from 'react'
import { highlight } from 'sugar-high'

import './code.css'

interface CodeProps {
  readonly label: string
  readonly text: string
}

/** TypeScript with colours. */
export function Code({ label, text }: CodeProps): ReactElement {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it takes the focus
    <pre className="code" tabIndex={0} aria-label={label}>
      {/* The highlighter escapes the text. */}
      <code dangerouslySetInnerHTML={{ __html: highlight(text.trimEnd(), { lang: 'typescript' }) }} />
    </pre>
  )
}
