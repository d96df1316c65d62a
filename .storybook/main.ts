import { join } from 'node:path'
import type { StorybookConfig } from '@storybook/react-vite'
import react from '@vitejs/plugin-react'
import { defaultClientConditions, mergeConfig, type Plugin } from 'vite'

/** Leaves out the source maps of libraries: nobody steps through these here, and they are most of what a page loads. */
const noMapsOfLibraries: Plugin = {
  name: 'no-maps-of-libraries',
  apply: 'serve',
  enforce: 'post',
  transform: {
    filter: { id: /\/node_modules\// },
    handler: (code) => ({ code, map: { mappings: '' } }),
  },
}

const config: StorybookConfig = {
  // StrictMode cleans up effects and runs them again, so a story fails if its flow loses or repeats anything.
  framework: { name: '@storybook/react-vite', options: { strictMode: true } },
  stories: ['../apps/flows/src/**/*.mdx', '../apps/flows/src/**/*.stories.tsx'],
  addons: ['@storybook/addon-docs', '@storybook/addon-a11y', join(import.meta.dirname, 'inspector/preset.ts')],
  core: { disableTelemetry: true, disableWhatsNewNotifications: true },
  // Without what no page here uses: it would take time to load, and room.
  features: {
    sidebarOnboardingChecklist: false,
    changeDetection: false,
    actions: false,
    backgrounds: false,
    controls: false,
    interactions: false,
    measure: false,
    outline: false,
  },
  typescript: { reactDocgen: 'react-docgen' },
  viteFinal: (vite) =>
    mergeConfig(vite, {
      plugins: [react(), noMapsOfLibraries],
      resolve: { conditions: ['@xmachines/source', ...defaultClientConditions] },
      // Listed, so that Vite does not discover them while stories run and reload the page.
      optimizeDeps: {
        include: [
          'react',
          'react/jsx-runtime',
          'react/jsx-dev-runtime',
          'react-dom/client',
          '@xmachines/core > @noble/hashes/legacy.js',
          '@xmachines/core > @noble/hashes/sha2.js',
          '@xmachines/core > @noble/hashes/utils.js',
          '@xmachines/core > fast-check',
          '@xmachines/react > use-sync-external-store/with-selector',
        ],
      },
    }),
}

export default config
