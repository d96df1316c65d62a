import type { StorybookConfig } from '@storybook/react-vite'
import react from '@vitejs/plugin-react'
import { defaultClientConditions, mergeConfig } from 'vite'

const config: StorybookConfig = {
  // StrictMode tears effects down and puts them back: a flow that loses or doubles anything fails its story.
  framework: { name: '@storybook/react-vite', options: { strictMode: true } },
  stories: ['../apps/flows/src/**/*.mdx', '../apps/flows/src/**/*.stories.tsx'],
  addons: ['@storybook/addon-docs', '@storybook/addon-vitest', '@storybook/addon-a11y'],
  core: { disableTelemetry: true, disableWhatsNewNotifications: true },
  features: { sidebarOnboardingChecklist: false },
  typescript: { reactDocgen: 'react-docgen' },
  viteFinal: (vite) =>
    mergeConfig(vite, {
      plugins: [react()],
      resolve: { conditions: ['@xmachines/source', ...defaultClientConditions] },
      // Named for Vite, or it finds them while stories run, and reloads the page under them.
      optimizeDeps: {
        include: [
          'react',
          'react/jsx-runtime',
          'react/jsx-dev-runtime',
          'react-dom/client',
          '@xmachines/core > @noble/hashes/legacy.js',
          '@xmachines/core > @noble/hashes/sha2.js',
          '@xmachines/core > @noble/hashes/utils.js',
          '@xmachines/react > use-sync-external-store/with-selector',
        ],
      },
    }),
}

export default config
