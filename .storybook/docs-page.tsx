// A docs page in the scheme of whoever looks at it, light or dark, as the stories are, and in the fonts of the system.

import { DocsContainer, type DocsContainerProps } from '@storybook/addon-docs/blocks'
import { type PropsWithChildren, type ReactElement, useEffect, useSyncExternalStore } from 'react'
import { GLOBALS_UPDATED } from 'storybook/internal/core-events'

import { type Scheme, themes } from './themes.ts'

/** A docs page, with its theme. */
export function DocsPage({ context, children }: PropsWithChildren<DocsContainerProps>): ReactElement {
  const scheme = useSyncExternalStore(subscribe, readScheme)

  // The toolbar is there for docs pages too; what sets the scheme of a story does not run on a page without one.
  useEffect(() => {
    const apply = ({ globals }: { readonly globals: { readonly scheme?: unknown } }): void => {
      document.documentElement.style.colorScheme = String(globals.scheme)
    }
    context.channel.on(GLOBALS_UPDATED, apply)
    return () => context.channel.off(GLOBALS_UPDATED, apply)
  }, [context])

  return (
    <DocsContainer context={context} theme={themes[scheme]}>
      {children}
    </DocsContainer>
  )
}

const system = window.matchMedia('(prefers-color-scheme: dark)')

/** The scheme that was chosen in the toolbar, or the system's. */
function readScheme(): Scheme {
  const chosen = document.documentElement.style.colorScheme
  if (chosen === 'light' || chosen === 'dark') return chosen
  return system.matches ? 'dark' : 'light'
}

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener)
  observer.observe(document.documentElement, { attributeFilter: ['style'] })
  system.addEventListener('change', listener)
  return () => {
    observer.disconnect()
    system.removeEventListener('change', listener)
  }
}
