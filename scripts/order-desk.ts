/** Weighs what our packages, and what they import, add to a page of the order desk. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { react, weigh } from './weigh.ts'

const folder = 'apps/orders'
const app = join(import.meta.dirname, '..', folder, 'app')

/** What a page has that is not ours; and what its forms call at the server, which is no code of the page. */
const others: readonly string[] = [...react, 'next/*', 'zod/*', '../server/*']

/**
 * Weighs a page as the browser gets it.
 * @param page its file in `app`
 * @returns bytes
 */
export async function weighPage(page: string): Promise<number> {
  const modules = await clientModules([join(app, 'layout.tsx'), join(app, page)])
  const contents = modules.map((path) => `export * from ${JSON.stringify(path)}`).join('\n')
  const whole = await weigh(contents, others, folder)
  return whole - (await weigh(contents, [...others, '@xmachines/*'], folder))
}

/** The modules with which the browser's part of a page begins. */
async function clientModules(entryPoints: string[]): Promise<string[]> {
  const found: string[] = []
  const collect: Plugin = {
    name: 'collect',
    setup({ onLoad }) {
      onLoad({ filter: /\.tsx$/ }, async ({ path }) => {
        const isOfBrowser = (await readFile(path, 'utf8')).startsWith("'use client'")
        if (isOfBrowser) found.push(path)
        // What such a module imports is part of it.
        return isOfBrowser ? { contents: 'module.exports = {}' } : undefined
      })
    },
  }
  await build({
    entryPoints,
    bundle: true,
    write: false,
    outdir: app,
    logLevel: 'silent',
    jsx: 'automatic',
    packages: 'external',
    loader: { '.css': 'empty' },
    platform: 'node',
    format: 'esm',
    plugins: [collect],
  })
  return found.toSorted()
}
