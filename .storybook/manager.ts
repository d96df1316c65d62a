// The frame around the stories: our name, the colour scheme of the stories, and as much room as possible for the story.

import { GLOBALS_UPDATED, SET_GLOBALS } from 'storybook/internal/core-events'
import { addons } from 'storybook/manager-api'

import { type Scheme, themes } from './themes.ts'

const system = window.matchMedia('(prefers-color-scheme: dark)')
/** What is chosen in the toolbar: a scheme, or anything else for that of the system. */
let chosen: unknown

addons.setConfig({
  theme: themes[readScheme()],
  // The inspector shows the runs of the story, beside it.
  selectedPanel: 'xmachines/panel',
  layout: { panelPosition: 'right', rightPanelWidth: 360, navSize: 220 },
})

// The stories follow both at once, so the frame around them does, too.
addons.register('xmachines/scheme', (api) => {
  const apply = (): void => api.setOptions({ theme: themes[readScheme()] })
  const take = ({ globals }: { readonly globals: { readonly scheme?: unknown } }): void => {
    chosen = globals.scheme
    apply()
  }
  system.addEventListener('change', apply)
  api.on(SET_GLOBALS, take)
  api.on(GLOBALS_UPDATED, take)
})

function readScheme(): Scheme {
  if (chosen === 'light' || chosen === 'dark') return chosen
  return system.matches ? 'dark' : 'light'
}
