// The frame of a live example, on a docs page or in a story.

import type { ReactElement, ReactNode } from 'react'

import '../parts/page.css'
import '../parts/parts.css'
import './hooks.css'

/** A live example. */
export function Example({ children }: { readonly children: ReactNode }): ReactElement {
  return (
    <div className="flow example sb-unstyled">
      <section aria-label="Live example" className="part">
        {children}
      </section>
    </div>
  )
}
