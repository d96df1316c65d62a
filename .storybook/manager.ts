// The frame around the stories: our name, the scheme of the system, and the whole stage for what is driven by hand.

import { addons } from 'storybook/manager-api'

import { themes } from './themes.ts'

const scheme = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'

addons.setConfig({
  theme: themes[scheme],
  // What a play did is told in this panel; it has nothing to say of a story without one.
  selectedPanel: 'storybook/interactions/panel',
  layoutCustomisations: {
    showPanel: ({ storyId }: { storyId?: string }, shown: boolean) => shown && storyId?.endsWith('--by-hand') !== true,
  },
})
