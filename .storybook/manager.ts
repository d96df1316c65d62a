// The frame around the stories: our name, the colour scheme of the system, and as much room as possible for the story.

import { addons } from 'storybook/manager-api'

import { themes } from './themes.ts'

const scheme = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'

addons.setConfig({
  theme: themes[scheme],
  // This panel shows the steps of a play function. It is empty for stories without one.
  selectedPanel: 'storybook/interactions/panel',
  layoutCustomisations: {
    showPanel: ({ storyId }: { storyId?: string }, shown: boolean) => shown && storyId?.endsWith('--by-hand') !== true,
  },
})
