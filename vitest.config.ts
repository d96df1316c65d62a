/**
 * One run of every test. Each project says where its tests are and where they run. Longer than other files, because it is the
 * list of all of them.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { storybookTest } from '@storybook/addon-vitest/vitest-plugin'
import { playwright } from '@vitest/browser-playwright'
import { defaultClientConditions, defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

import { withLongerLimits } from './packages/http/test/durable-streams/longer-limits.ts'
import { chromiumLaunchOptions } from './scripts/chromium.ts'
import { folderOfGit, newerGits } from './scripts/newer-git.ts'
import { PATIENCE } from './scripts/patience.ts'
import { WaitingFirst } from './scripts/waiting-first.ts'

// Vitest warns that type tests may change with its version. Ours is exact, and the warning looks like a failure.
process.env['VITEST_DISABLE_EXPERIMENTAL_LOG'] ??= '1'

// What the tests of one run share: what Node compiled, because hundreds of them start it, and the packed packages.
if (process.env['PACKED_PACKAGES'] === undefined) {
  const shared = mkdtempSync(join(tmpdir(), 'xmachines-run-'))
  process.env['PACKED_PACKAGES'] = join(shared, 'packages')
  process.env['NODE_COMPILE_CACHE'] ??= join(shared, 'compiled')
  process.on('exit', () => rmSync(shared, { recursive: true, force: true }))
}

// Tests import the sources of the packages, so that nothing has to be built first.
const source = '@xmachines/source'
const resolve = { conditions: [source, ...defaultClientConditions] }
const ssr = { resolve: { conditions: [source, ...defaultServerConditions] } }

// Vite must know these in advance, or it finds them while tests run and reloads the page.
const hashes = ['legacy', 'sha2', 'utils'].map((file) => `@xmachines/core > @noble/hashes/${file}.js`)

// The machine may be busy, and many tests start processes or try hundreds of cases. What waits for something in vain fails
// before its test does, and says what for.
const patient = { expect: { poll: { timeout: PATIENCE } }, testTimeout: 120_000, hookTimeout: 120_000 }
const waits = join(import.meta.dirname, 'test/wait-longer.ts')

// The tests of the React binding also run on older versions of React, each installed in a folder of its own: the oldest
// that it supports, and 19.2, which updates external stores differently when it shows a hidden <Activity>.
const installedIn = (folder: string) =>
  ['react', 'react-dom', '@testing-library/react', 'use-sync-external-store'].map((name) => ({
    find: new RegExp(`^${name}(?=/|$)`),
    replacement: join(import.meta.dirname, 'packages/react/test', folder, 'node_modules', name),
  }))
const reactSetup = join(import.meta.dirname, 'packages/react/test/setup.ts')
/** Fast Refresh must be prepared before React is loaded, so each of these files loads a React of its own. */
const prepareReact = ['fast-refresh', 'persistent-edit'].map((file) => `packages/react/test/${file}.test.tsx`)
const reacts = [
  { react: 'react', version: '19.3', alias: [], unsupported: [] },
  { react: 'react 19.2', version: '19.2', alias: installedIn('react-19.2'), unsupported: [] },
  // React 18 has no <Activity>.
  { react: 'react 18', version: '18.3', alias: installedIn('react-18'), unsupported: ['**/activity.test.tsx'] },
]

// A chart is stepped by parts of XState that may move, so the tests of @xmachines/xstate also run on the oldest XState that it
// supports.
const xstates = [
  { name: 'xstate', alias: [], env: {} },
  {
    name: 'xstate 5.32',
    alias: [
      {
        find: /^xstate$/,
        replacement: join(import.meta.dirname, 'packages/xstate/node_modules/xstate-oldest/dist/xstate.esm.js'),
      },
    ],
    env: { XSTATE: 'xstate-oldest' },
  },
].map(({ name, alias, env }) => ({
  resolve: { ...resolve, alias },
  ssr,
  test: { ...patient, name, env, include: ['packages/xstate/test/**/*.test.ts'], setupFiles: [waits] },
}))

// The tests whose result depends on the version of Git run with newer ones, too. The others are the same for each.
const newerGit = 'packages/git/test/newer-git.test.ts'
const gitSetup = 'packages/git/test/warnings.ts'
const dependOnGit = ['failures', 'locks', 'network', 'open-repository', 'push', 'repository-formats']
const onNewerGits = newerGits.map((name) => ({
  resolve,
  ssr,
  test: {
    ...patient,
    name: `git ${name}`,
    include: [newerGit, ...dependOnGit.map((file) => `packages/git/test/${file}.test.ts`)],
    env: { PATH: [folderOfGit(name), process.env['PATH']].join(delimiter) },
    globalSetup: ['packages/git/test/newer-git-setup.ts'],
    setupFiles: ['packages/git/test/newer-git-needed.ts', gitSetup, waits],
  },
}))

// Chromium is looked up when a browser is launched, not here: on a machine without it, only the tests that need it
// fail, with a message that says what to install.
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
  // Vitest reads the options, and reading the launch options would look up Chromium.
  options: {},
  prewarm(context) {
    try {
      launched.prewarm?.(context)
    } catch {
      // The launch throws the same error again, in the tests that need the browser.
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

/** Type tests of a package. They are compiled without the project references of `tsc -b`, so they need no build. */
const types = (name: string) => ({
  resolve,
  ssr,
  test: {
    name: `${name} types`,
    include: [],
    typecheck: {
      enabled: true,
      only: true,
      include: [`packages/${name}/test/**/*.test-d.ts`],
      tsconfig: `packages/${name}/test/tsconfig.types.json`,
    },
  },
})

// The conformance tests of Durable Streams bring another Vitest. They get the one that runs, without what we do not have, and
// with more time.
const durableStreamsSuite = {
  name: 'durable-streams-suite',
  enforce: 'pre' as const,
  resolveId: (id: string, importer: string | undefined) =>
    id === 'vitest' && importer?.includes('server-conformance-tests') === true
      ? join(import.meta.dirname, 'packages/http/test/durable-streams/suite.ts')
      : undefined,
  transform: (code: string, id: string) =>
    /server-conformance-tests\/dist\/src-/.test(id) ? withLongerLimits(code) : undefined,
}

export default defineConfig({
  test: {
    reporters: ['default', 'json'],
    outputFile: { json: 'reports/vitest.json' },
    passWithNoTests: true,
    // Many tests wait for other processes: with one file for each processor, a third of the time is spent idle.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    sequence: { sequencer: WaitingFirst },
    projects: [
      {
        resolve,
        ssr,
        test: {
          ...patient,
          setupFiles: [waits],
          name: 'core',
          include: ['packages/core/test/**/*.test.ts'],
          exclude: ['packages/core/test/flat.test.ts'],
        },
      },
      {
        // Production takes other ways through the same data, so the properties must hold there too.
        resolve,
        ssr,
        test: {
          ...patient,
          setupFiles: [waits],
          name: 'core production',
          include: ['packages/core/test/properties/**/*.test.ts', 'packages/core/test/flat.test.ts'],
          env: { NODE_ENV: 'production' },
        },
      },
      types('core'),
      {
        resolve,
        ssr,
        test: {
          ...patient,
          name: 'git',
          include: ['packages/git/test/**/*.test.ts'],
          exclude: [newerGit],
          setupFiles: [gitSetup, waits],
        },
      },
      ...onNewerGits,
      types('git'),
      ...reacts.flatMap(({ react, version, alias, unsupported }) =>
        [
          // React and jsdom take longer to load than most of these files to run, so files of one worker share them.
          {
            name: react,
            isolate: false,
            include: ['packages/react/test/**/*.test.{ts,tsx}'],
            exclude: ['**/node_modules/**', '**/*.browser.test.*', ...prepareReact, ...unsupported],
          },
          { name: `${react} edits`, isolate: true, include: prepareReact, exclude: [] },
        ].map((files) => ({
          resolve: { ...resolve, alias },
          ssr,
          test: {
            ...patient,
            ...files,
            environment: 'jsdom',
            env: { REACT_VERSION: version },
            setupFiles: [reactSetup, waits],
          },
        })),
      ),
      ...reacts.map(({ react, version, alias, unsupported }) => ({
        // The production builds of React have no `act`, so only tests without it run on them. They have no `jsxDEV`
        // either. Vitest's cache of transformed modules distinguishes projects by their mode, not by options of Oxc.
        mode: 'production',
        oxc: { jsx: { development: false } },
        resolve: { ...resolve, alias },
        ssr,
        test: {
          ...patient,
          name: `${react} production`,
          environment: 'jsdom',
          setupFiles: [waits],
          env: { NODE_ENV: 'production', REACT_VERSION: version },
          include: ['packages/react/test/builds/**/*.test.tsx'],
          exclude: ['**/node_modules/**', ...unsupported],
        },
      })),
      ...reacts.map(({ react, version, alias }) => ({
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
            '@testing-library/dom',
            '@testing-library/react',
            'use-sync-external-store/with-selector',
          ],
        },
        test: {
          ...patient,
          name: `${react} browser`,
          env: { REACT_VERSION: version },
          setupFiles: [reactSetup, waits],
          include: ['test/**/*.browser.test.{ts,tsx}'],
          exclude: ['**/node_modules/**'],
          browser: browser(`${react} browser`),
        },
      })),
      types('react'),
      {
        root: 'packages/indexeddb',
        resolve,
        optimizeDeps: { include: [...hashes, 'idb'] },
        test: {
          ...patient,
          name: 'indexeddb browser',
          include: ['test/**/*.browser.test.ts'],
          setupFiles: [waits],
          browser: browser('indexeddb browser'),
        },
      },
      {
        root: 'packages/inspector',
        resolve,
        ssr,
        test: {
          ...patient,
          name: 'inspector',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/*.browser.test.*'],
          setupFiles: [waits],
        },
      },
      {
        root: 'packages/inspector',
        resolve,
        optimizeDeps: {
          include: [
            ...hashes,
            'react',
            'react/jsx-runtime',
            'react/jsx-dev-runtime',
            'react-dom/client',
            '@tanstack/devtools',
            '@tanstack/react-devtools',
          ],
        },
        test: {
          ...patient,
          name: 'inspector browser',
          include: ['test/**/*.browser.test.{ts,tsx}'],
          setupFiles: [waits],
          browser: browser('inspector browser'),
        },
      },
      {
        resolve,
        ssr,
        test: {
          ...patient,
          name: 'postgres',
          include: ['packages/postgres/test/**/*.test.ts'],
          globalSetup: ['packages/postgres/test/server.setup.ts'],
          setupFiles: [waits],
        },
      },
      {
        resolve,
        ssr,
        plugins: [durableStreamsSuite],
        test: {
          ...patient,
          name: 'http',
          include: ['packages/http/test/**/*.test.ts'],
          setupFiles: [waits],
          server: { deps: { inline: ['@durable-streams/server-conformance-tests'] } },
        },
      },
      ...xstates,
      types('xstate'),
      {
        resolve,
        ssr,
        test: {
          ...patient,
          name: 'conformance',
          setupFiles: [waits],
          include: ['test/conformance/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts'],
        },
      },
      {
        root: 'test',
        resolve,
        optimizeDeps: { include: hashes },
        test: {
          ...patient,
          name: 'conformance browser',
          setupFiles: [waits],
          include: ['conformance/**/*.browser.test.ts'],
          browser: browser('conformance browser'),
        },
      },
      {
        resolve,
        ssr,
        test: {
          ...patient,
          name: 'packaging',
          setupFiles: [waits],
          include: ['test/packaging/**/*.test.ts'],
          globalSetup: ['test/packaging/setup.ts'],
        },
      },
      {
        resolve,
        ssr,
        test: {
          ...patient,
          name: 'end-to-end',
          include: ['test/end-to-end/**/*.test.ts'],
          setupFiles: [waits],
        },
      },
      {
        resolve,
        ssr,
        test: {
          ...patient,
          name: 'orders',
          include: ['apps/orders/test/**/*.test.ts'],
          globalSetup: ['apps/orders/test/built-app.setup.ts'],
          setupFiles: [waits],
          // A test goes through many pages of the shop.
          testTimeout: 300_000,
        },
      },
      {
        plugins: [storybookTest({ configDir: join(import.meta.dirname, '.storybook') })],
        // A play function has many steps.
        test: { name: 'storybook', browser: browser('storybook'), testTimeout: 180_000 },
      },
    ],
  },
})
