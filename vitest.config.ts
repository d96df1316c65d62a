/**
 * One run of everything. Each project says where its tests live and where they run.
 */

import { join } from 'node:path'
import { storybookTest } from '@storybook/addon-vitest/vitest-plugin'
import { playwright } from '@vitest/browser-playwright'
import { defaultClientConditions, defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

import { chromiumLaunchOptions } from './scripts/chromium.ts'

// The packages' sources stand in for their builds, so nothing has to be built before it is tested.
const source = '@xmachines/source'
const resolve = { conditions: [source, ...defaultClientConditions] }
const ssr = { resolve: { conditions: [source, ...defaultServerConditions] } }

// Named for Vite, or it finds them while tests run, and reloads the page under them.
const hashes = ['legacy', 'sha2', 'utils'].map((file) => `@xmachines/core > @noble/hashes/${file}.js`)

// The same tests of the React binding run on the oldest React that it is for, which has a folder of its own.
const react18 = join(import.meta.dirname, 'packages/react/test/react-18/node_modules')
const onReact18 = ['react', 'react-dom', '@testing-library/react', 'use-sync-external-store'].map((name) => ({
  find: new RegExp(`^${name}(?=/|$)`),
  replacement: join(react18, name),
}))
const reactSetup = join(import.meta.dirname, 'packages/react/test/setup.ts')
const reacts = [
  { react: 'react', major: '19', alias: [], lacking: [] },
  // React 18 has no <Activity>.
  { react: 'react 18', major: '18', alias: onReact18, lacking: ['**/activity.test.tsx'] },
]

// Chromium is looked for when a browser is launched, not here: a machine without one fails the tests that need it,
// with a message that says what to install, and no others.
const launched = playwright({
  launchOptions: {
    get executablePath() {
      return chromiumLaunchOptions().executablePath
    },
    get args() {
      return [...chromiumLaunchOptions().args]
    },
    get env() {
      return chromiumLaunchOptions().env
    },
  },
})
const provider: typeof launched = {
  ...launched,
  // What Vitest reads, and would look for Chromium by reading.
  options: {},
  prewarm(context) {
    try {
      launched.prewarm?.(context)
    } catch {
      // The launch itself says it again, to the tests that need it.
    }
  },
}

const browser = (name: string) => ({
  enabled: true,
  headless: true,
  provider,
  instances: [{ browser: 'chromium' as const, name }],
  screenshotFailures: false,
})

export default defineConfig({
  test: {
    reporters: ['default', 'json'],
    outputFile: { json: 'reports/vitest.json' },
    passWithNoTests: true,
    projects: [
      {
        resolve,
        ssr,
        // Properties are tried hundreds of times, and a machine may be busy.
        test: { name: 'core', include: ['packages/core/test/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        // Compiled without the project references of `tsc -b`, so that it needs no build.
        resolve,
        ssr,
        test: {
          name: 'core types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['packages/core/test/**/*.test-d.ts'],
            tsconfig: 'packages/core/test/tsconfig.types.json',
          },
        },
      },
      {
        resolve,
        ssr,
        test: { name: 'git', include: ['packages/git/test/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'git types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['packages/git/test/**/*.test-d.ts'],
            tsconfig: 'packages/git/test/tsconfig.types.json',
          },
        },
      },
      ...reacts.map(({ react, major, alias, lacking }) => ({
        resolve: { ...resolve, alias },
        ssr,
        test: {
          name: react,
          environment: 'jsdom',
          env: { REACT_MAJOR: major },
          setupFiles: [reactSetup],
          include: ['packages/react/test/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/*.browser.test.*', ...lacking],
        },
      })),
      ...reacts.map(({ react, major, alias }) => ({
        root: 'packages/react',
        resolve: { ...resolve, alias },
        optimizeDeps: {
          include: [
            ...hashes,
            'react',
            'react/jsx-runtime',
            'react/jsx-dev-runtime',
            'react-dom',
            'react-dom/client',
            'react-dom/server',
            '@testing-library/react',
            'use-sync-external-store/with-selector',
          ],
        },
        test: {
          name: `${react} browser`,
          env: { REACT_MAJOR: major },
          setupFiles: [reactSetup],
          include: ['test/**/*.browser.test.{ts,tsx}'],
          exclude: ['**/node_modules/**'],
          browser: browser(`${react} browser`),
        },
      })),
      {
        resolve,
        ssr,
        test: {
          name: 'react types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['packages/react/test/**/*.test-d.ts'],
            tsconfig: 'packages/react/test/tsconfig.types.json',
          },
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts'],
        },
      },
      {
        root: 'test',
        resolve,
        optimizeDeps: { include: [...hashes, 'fast-check'] },
        test: {
          name: 'conformance browser',
          include: ['conformance/**/*.browser.test.ts'],
          browser: browser('conformance browser'),
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'packaging',
          include: ['test/packaging/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'end-to-end',
          include: ['test/end-to-end/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        plugins: [storybookTest({ configDir: join(import.meta.dirname, '.storybook') })],
        // A play is a visit of many steps.
        test: { name: 'storybook', browser: browser('storybook'), testTimeout: 180_000 },
      },
    ],
  },
})
