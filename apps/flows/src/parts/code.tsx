// Source text. Its colours come a moment later, because the page does not wait for the highlighter.

import { type ReactElement, useEffect, useState } from 'react'

import './code.css'

interface CodeProps {
  readonly label: string
  readonly text: string
}

/** TypeScript with colours. */
export function Code({ label, text }: CodeProps): ReactElement {
  const shown = text.trimEnd()
  const coloured = useColours(shown)
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it takes the focus
    <pre className="code" tabIndex={0} aria-label={label}>
      {/* The highlighter escapes the text. */}
      {coloured === undefined ? <code>{shown}</code> : <code dangerouslySetInnerHTML={{ __html: coloured }} />}
    </pre>
  )
}

/** The text as HTML with colours, when the highlighter is there. */
function useColours(text: string): string | undefined {
  const [highlight, setHighlight] = useState<(code: string) => string>()
  useEffect(() => {
    let wanted = true
    void import('sugar-high').then((module) => {
      if (wanted) setHighlight(() => (code: string) => module.highlight(code, { lang: 'typescript' }))
    })
    return () => {
      wanted = false
    }
  }, [])
  return highlight?.(text)
}
