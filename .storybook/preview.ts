import type { Preview } from '@storybook/react-vite'
import { configure } from 'storybook/test'

import { DocsFrame } from './docs-frame.tsx'
import './preview.css'

// Play functions wait a frame or two for each change, but a busy machine may take longer.
configure({ asyncUtilTimeout: 30_000 })

const preview: Preview = {
  parameters: {
    a11y: { test: 'error' },
    layout: 'fullscreen',
    controls: { disable: true },
    docs: { container: DocsFrame },
    options: {
      storySort: {
        order: [
          'Introduction',
          'Flows',
          [
            'Door',
            'Traffic light',
            'Search as you type',
            'Checkout wizard',
            'Turnstiles',
            'Streaming chat',
            'Time machine',
            'Thousand cells',
            'Errors',
            'Save and restore',
            'Open a run file',
            'Draft that survives',
            'A chart from XState',
            'Inspector',
          ],
          'Guides',
          [
            'React in five minutes',
            'Next.js in ten minutes',
            'Coming from XState',
            'Coming from zustand or Redux',
            'XState charts as machines',
            'Recipes for components and servers',
            'Where to keep runs',
            'Runs over HTTP',
          ],
          'Hooks',
          ['useRun', 'useSnapshot', 'useSend', 'useOutputs', 'useRefusals', 'createRunContext'],
        ],
      },
    },
  },
  globalTypes: {
    scheme: {
      description: 'Light or dark',
      toolbar: {
        icon: 'contrast',
        items: [
          { value: 'light dark', title: 'Scheme of the system' },
          { value: 'light', title: 'Light' },
          { value: 'dark', title: 'Dark' },
        ],
        dynamicTitle: true,
      },
    },
  },
  initialGlobals: {
    scheme: 'light dark',
    // Checks take seconds, so a reader starts them in the panel. The tests run all of them, whatever this says.
    a11y: { manual: true },
  },
  decorators: [
    (story, { globals }) => {
      document.documentElement.style.colorScheme = String(globals['scheme'])
      return story()
    },
  ],
}

export default preview
