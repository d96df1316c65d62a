/** The packed core in Chromium, on pages that have no `process`. */
import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { build } from 'esbuild'
import { type Browser, chromium } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chromiumLaunchOptions } from '../../scripts/chromium.ts'
import { unpackInto } from './project.ts'

const root = join(import.meta.dirname, '../..')
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'xmachines-page-')))
const guide = readFileSync(join(root, 'docs/platforms.md'), 'utf8')
const types: Readonly<Record<string, string>> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript' }
let browser: Browser
let server: Server

beforeAll(async () => {
  unpackInto(folder, '@xmachines/core')
  symlinkSync(join(root, 'packages/core/node_modules/@noble'), join(folder, 'node_modules/@noble'))
  server = createServer(({ url = '/' }, response) => {
    try {
      const body = readFileSync(join(folder, new URL(url, 'http://localhost').pathname))
      response.writeHead(200, { 'content-type': types[extname(url)] ?? 'application/octet-stream' }).end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  browser = await chromium.launch(chromiumLaunchOptions())
})

afterAll(async () => {
  await browser?.close()
  server?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('the page of the guide, without a bundler, runs, and counts as production', async () => {
  const [importMap = '', example = ''] = scriptsIn('A page without a bundler')
  const check = `<script type="module">
    import { createRun, defineMachine } from '@xmachines/core'
    import { sha256 } from '@xmachines/core/sha256'
    let steps = 0
    const counted = defineMachine({ name: 'counted', version: '1', initial: 0, on: { ADD: (count) => (steps++, count + 1) } })
    const run = createRun(counted, { format: sha256 })
    await run.in.getWriter().write({ type: 'ADD' })
    const { value } = await run.snapshot.getReader().read()
    globalThis.checked = { steps, state: value.state, digits: run.id.length, process: typeof process }
  </script>`
  writeFileSync(join(folder, 'page.html'), `<!doctype html><body>${importMap}${example}${check}</body>`)
  expect(await open('page.html')).toEqual({
    text: 'open',
    errors: [],
    checked: { steps: 1, state: 1, digits: 64, process: 'undefined' },
  })
})

test('a page that defines the mode has the checks of development', async () => {
  const [importMap = ''] = scriptsIn('A page without a bundler')
  const [mode = ''] = scriptsIn('Production and development')
  const check = `<script type="module">
    import { createRun, defineMachine } from '@xmachines/core'
    let steps = 0
    const changing = defineMachine({ name: 'changing', version: '1', initial: 0, on: { ADD: () => ++steps } })
    globalThis.checked = createRun(changing).in.send({ type: 'ADD' })?.code
  </script>`
  writeFileSync(join(folder, 'development.html'), `<!doctype html>${mode}${importMap}${check}`)
  expect(await open('development.html')).toMatchObject({ errors: [], checked: 'NONDETERMINISTIC' })
})

test('a worker runs a bundle in which nobody replaced the mode', async () => {
  const code = `import { createRun, defineMachine } from '@xmachines/core'
    const light = defineMachine({ name: 'light', version: '1', initial: 'off', on: { TOGGLE: () => 'on' } })
    const run = createRun(light)
    run.in.send({ type: 'TOGGLE' })
    postMessage([run.state, run.id.length, typeof process])`
  // For a browser, esbuild would replace the mode by itself.
  const bundled = await build({
    stdin: { contents: code, resolveDir: folder },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    write: false,
  })
  writeFileSync(join(folder, 'worker.js'), bundled.outputFiles[0]?.text ?? '')
  const check = `<script type="module">
    const worker = new Worker('/worker.js', { type: 'module' })
    globalThis.checked = await new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data)
      worker.onerror = ({ message }) => resolve(message)
    })
  </script>`
  writeFileSync(join(folder, 'worker.html'), `<!doctype html>${check}`)
  expect(await open('worker.html')).toMatchObject({ errors: [], checked: ['on', 40, 'undefined'] })
})

/** The scripts in a section of the guide. */
function scriptsIn(heading: string): string[] {
  const section = guide.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...section.matchAll(/<script[\s\S]*?<\/script>/g)].map(([script]) => script)
}

/** Opens a page, and waits until its last script has run. */
async function open(path: string): Promise<{ text: string; errors: string[]; checked: unknown }> {
  const page = await browser.newPage()
  const errors: string[] = []
  const failed = new Promise<void>((resolve) => {
    page.on('pageerror', (error) => {
      errors.push(String(error))
      resolve()
    })
  })
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`)
  await Promise.race([failed, page.waitForFunction(() => 'checked' in globalThis)])
  const shown = await page.evaluate(() => ({
    text: document.body.innerText.trim(),
    checked: (globalThis as { checked?: unknown }).checked,
  }))
  await page.close()
  return { ...shown, errors }
}
