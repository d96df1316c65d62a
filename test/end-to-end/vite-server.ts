// Vite's dev server on copies of the app in `fixture`, which a test may edit.

import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { createServer, defaultClientConditions, type ViteDevServer } from 'vite'

const workspace = join(import.meta.dirname, '../..')

/** A folder of apps, and the server that serves them. */
export interface Apps {
  /** Copies the app into a folder of its own, before the server starts. */
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
        // Not in `node_modules`, which belongs to the workspace.
        cacheDir: join(folder, 'cache'),
        logLevel: 'silent',
        plugins: [react()],
        resolve: { conditions: ['@xmachines/source', ...defaultClientConditions] },
        // Every dependency is listed, so that Vite never discovers one and reloads the page.
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
          ],
        },
        server: { host: '127.0.0.1', port: 0, fs: { allow: [folder, workspace] } },
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
