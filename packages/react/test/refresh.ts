// Fast Refresh, as a development server runs it after an edit. Import this before React: React DOM looks for it when it
// is loaded.

import { injectIntoGlobalHook, performReactRefresh, register } from 'react-refresh/runtime'

injectIntoGlobalHook(globalThis as unknown as Window)

/** Says which component a function is, in the module before an edit and in the module after it. */
export function registerComponent(component: () => unknown, id: string): void {
  register(component, id)
}

/** Renders the components whose functions were replaced by others of the same id; keeps their state. */
export function refreshPage(): void {
  performReactRefresh()
}
