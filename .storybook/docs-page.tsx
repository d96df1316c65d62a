// A docs page in the light or dark scheme of the reader, like the stories, and with the fonts of the system.

import { DocsContainer, type DocsContainerProps } from '@storybook/addon-docs/blocks'
import { type PropsWithChildren, type ReactElement, useEffect, useSyncExternalStore } from 'react'
import { GLOBALS_UPDATED } from 'storybook/internal/core-events'

import { type Scheme, themes } from './themes.ts'

/** A docs page and its theme. */
export function DocsPage({ context, children }: PropsWithChildren<DocsContainerProps>): ReactElement {
  const scheme = useSyncExternalStore(subscribe, readScheme)

  // The toolbar also exists on docs pages, but the decorator that sets the scheme runs only for stories.
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

/** The scheme chosen in the toolbar, or that of the system. */
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
