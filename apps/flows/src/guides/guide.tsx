// A page of `docs`, shown in Storybook. Its links lead to the pages that Storybook has.

import { Markdown } from '@storybook/addon-docs/blocks'
import { Children, isValidElement, type PropsWithChildren, type ReactElement } from 'react'

import { Code } from '../parts/code.tsx'
import '../parts/page.css'

/** The pages of `docs` that Storybook shows, and their ids there. */
const ids: Readonly<Record<string, string>> = {
  'react-in-five-minutes.md': 'guides-react-in-five-minutes--docs',
  'coming-from-xstate.md': 'guides-coming-from-xstate--docs',
  'coming-from-zustand-or-redux.md': 'guides-coming-from-zustand-or-redux--docs',
  'http.md': 'guides-runs-over-http--docs',
  'nextjs-in-ten-minutes.md': 'guides-next-js-in-ten-minutes--docs',
  'recipes.md': 'guides-recipes-for-components-and-servers--docs',
  'stores.md': 'guides-where-to-keep-runs--docs',
  'xstate.md': 'guides-xstate-charts-as-machines--docs',
}

const overrides = { a: { component: GuideLink }, pre: { component: GuideCode }, table: { component: GuideTable } }

/** A page of `docs`. */
export function Guide({ text }: { readonly text: string }): ReactElement {
  return <Markdown options={{ overrides }}>{text}</Markdown>
}

/** A link to a part of the page, a page of Storybook or another site; otherwise the text, and the file to find it in. */
function GuideLink({ href = '', children }: PropsWithChildren<{ readonly href?: string }>): ReactElement {
  if (/^https?:/.test(href)) return <a href={href}>{children}</a>
  // Storybook opens the links of its pages in the window around them.
  if (href.startsWith('#')) {
    return (
      <a href={href} target="_self">
        {children}
      </a>
    )
  }
  const [page = ''] = href.split('#')
  const id = ids[page]
  if (id === undefined) {
    return (
      <>
        {children} (<code>{page.replace(/^(\.\.\/)+/, '')}</code>)
      </>
    )
  }
  return (
    <a href={`?path=/docs/${id}`} target="_top">
      {children}
    </a>
  )
}

/** A table. On a narrow page it scrolls, and the page does not. */
function GuideTable({ children }: PropsWithChildren): ReactElement {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it takes the focus
    <section className="guide-table" tabIndex={0} aria-label="Table">
      <table>{children}</table>
    </section>
  )
}

/** A block of code. The page has it as an element that contains the text. */
function GuideCode({ children }: PropsWithChildren): ReactElement {
  const [code] = Children.toArray(children)
  const text = isValidElement<PropsWithChildren>(code) ? code.props.children : code
  return (
    <div className="flow inline sb-unstyled">
      <Code label="Example" text={typeof text === 'string' ? text : ''} />
    </div>
  )
}
