/** Weighs code as a page loads it: bundled from our sources for production, minified, and compressed with gzip. */
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Plugin } from 'esbuild'

/** What a page with React loads anyway. */
export const react: readonly string[] = ['react', 'react-dom', 'react/jsx-runtime']

/**
 * Weighs a module with all that it imports. What `import()` loads is not counted: it comes later, if somebody asks for it.
 * @param contents the module
 * @param external what it imports and the page loads anyway
 * @param folder the workspace's folder whose dependencies it imports: the root unless given
 * @returns bytes
 */
export async function weigh(contents: string, external: readonly string[] = [], folder = '.'): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(import.meta.dirname, '..', folder) },
    bundle: true,
    minify: true,
    write: false,
    logLevel: 'silent',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@xmachines/source', 'module', 'production'],
    define: { 'process.env.NODE_ENV': '"production"' },
    // A tsconfig may leave it to another program.
    jsx: 'automatic',
    external: [...external],
    plugins: [loadedLater],
  })
  return outputFiles.reduce((sum, { contents: bytes }) => sum + gzipSync(bytes, { level: 9 }).byteLength, 0)
}

const loadedLater: Plugin = {
  name: 'loaded later',
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined))
  },
}
