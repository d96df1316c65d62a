// The frame around docs pages. It is loaded with the first docs page, because stories do not need it.

import type { DocsContainerProps } from '@storybook/addon-docs/blocks'
import { lazy, type PropsWithChildren, type ReactElement, Suspense } from 'react'

const DocsPage = lazy(async () => ({ default: (await import('./docs-page.tsx')).DocsPage }))

/** The container of a docs page. */
export function DocsFrame(props: PropsWithChildren<DocsContainerProps>): ReactElement {
  return (
    <Suspense>
      <DocsPage {...props} />
    </Suspense>
  )
}
