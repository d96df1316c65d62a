// The inspector as a plugin of TanStack Devtools.

import { openInspector, type ShownInspector } from './open-inspector.ts'

/** What TanStack Devtools gives a plugin to draw with: the colour theme, or an object with it. */
type Theme = 'light' | 'dark' | { readonly theme: 'light' | 'dark' }

/** A plugin of TanStack Devtools. */
export interface InspectorPlugin {
  readonly id: string
  readonly name: string
  readonly render: (element: HTMLElement, theme: Theme) => void
  readonly destroy: () => void
}

/**
 * A plugin of TanStack Devtools that shows all runs of the page. In their binding for React, give instead
 * `{ name: 'Runs', render: (_element, { theme }) => <RunInspector style={{ colorScheme: theme }} /> }`.
 *
 * @example
 * ```ts
 * import { inspectorPlugin } from '@xmachines/inspector/tanstack'
 *
 * const plugins = [inspectorPlugin()]
 * console.log(plugins[0]?.name) // Runs
 * ```
 */
export function inspectorPlugin(): InspectorPlugin {
  let shown: ShownInspector | undefined
  const destroy = (): void => {
    shown?.close()
    shown = undefined
  }
  return {
    id: 'xmachines',
    name: 'Runs',
    render(element, theme) {
      destroy()
      const host = element.ownerDocument.createElement('div')
      host.style.cssText = `height: 100%; min-height: 24rem; color-scheme: ${typeof theme === 'string' ? theme : theme.theme}`
      element.replaceChildren(host)
      shown = openInspector(host)
    },
    destroy,
  }
}
