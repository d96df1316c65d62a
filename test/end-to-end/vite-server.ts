// Vite's dev server on copies of the app in `fixture`. Tests edit the copies.

import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { createServer, defaultClientConditions, type ViteDevServer } from 'vite'

const workspace = join(import.meta.dirname, '../..')

/** A folder of apps, and its server. */
export interface Apps {
  /** Copies the app into a new folder. Only before the server starts. */
  copy(): string
  /** Starts the server. */
  start(): Promise<void>
  /** The address of a page of a copy. */
  url(app: string, page: string): string
  /** Ends the server and removes the copies. */
  remove(): Promise<void>
}

/** Makes an empty folder of apps. */
export function makeApps(): Apps {
  // Vite compares real paths.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'xmachines-vite-')))
  symlinkSync(join(workspace, 'test/node_modules'), join(folder, 'node_modules'), 'junction')
  let count = 0
  let server: ViteDevServer | undefined
  return {
    copy() {
      const app = join(folder, String(count++))
      cpSync(join(import.meta.dirname, 'fixture'), app, { recursive: true })
      return app
    },
    async start() {
      server = await createServer({
        configFile: false,
        root: folder,
        // Not the default, which is in the `node_modules` of the workspace.
        cacheDir: join(folder, 'cache'),
        logLevel: 'silent',
        plugins: [react()],
        resolve: { conditions: ['@xmachines/source', ...defaultClientConditions] },
        // A complete list, so that Vite never finds another dependency and reloads the page.
        optimizeDeps: {
          noDiscovery: true,
          include: [
            'react',
            'react/jsx-runtime',
            'react/jsx-dev-runtime',
            'react-dom/client',
            '@xmachines/core > @noble/hashes/legacy.js',
            '@xmachines/core > @noble/hashes/sha2.js',
            '@xmachines/core > @noble/hashes/utils.js',
            '@xmachines/react > use-sync-external-store/with-selector',
            '@xmachines/indexeddb > idb',
          ],
        },
        server: { host: '127.0.0.1', port: 0, allowedHosts: true, fs: { allow: [folder, workspace] } },
      })
      await server.listen()
    },
    url(app, page) {
      const address = server?.httpServer?.address()
      if (typeof address !== 'object' || address === null)
        throw new Error('The server is not listening. Call start() first.')
      return `http://127.0.0.1:${address.port}${app.slice(folder.length)}/${page}`
    },
    async remove() {
      await server?.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
