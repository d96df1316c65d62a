// The frame around docs pages, fetched when the first of them is opened: stories have no use for what it is made of.

import type { DocsContainerProps } from '@storybook/addon-docs/blocks'
import { lazy, type PropsWithChildren, type ReactElement, Suspense } from 'react'

const DocsPage = lazy(async () => ({ default: (await import('./docs-page.tsx')).DocsPage }))

/** What Storybook puts a docs page into. */
export function DocsFrame(props: PropsWithChildren<DocsContainerProps>): ReactElement {
  return (
    <Suspense>
      <DocsPage {...props} />
    </Suspense>
  )
}
