// The frame around the stories: our name, the colour scheme of the system, and as much room as possible for the story.

import { addons } from 'storybook/manager-api'

import { themes } from './themes.ts'

const scheme = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'

addons.setConfig({
  theme: themes[scheme],
  // The inspector shows the runs of the story, beside it.
  selectedPanel: 'xmachines/panel',
  layout: { panelPosition: 'right', rightPanelWidth: 360, navSize: 220 },
})
