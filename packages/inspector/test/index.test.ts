/** The public names, and the examples of the page and of the docstrings, each run by Node on its own. */
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as inspector from '@xmachines/inspector'
import * as react from '@xmachines/inspector/react'
import * as tanstack from '@xmachines/inspector/tanstack'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const examples = ['README.md', ...globSync('src/**/*.ts', { cwd: root })].flatMap((file) => {
  const text = readFileSync(join(root, file), 'utf8').replaceAll(/^ \* ?/gm, '')
  return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => ({ file, code }))
})

test('the public names are these', () => {
  expect(Object.keys(inspector).toSorted()).toEqual([
    'connectReduxDevTools',
    'inspect',
    'inspectInProduction',
    'observe',
    'openInspector',
  ])
  expect(Object.keys(react)).toEqual(['RunInspector'])
  expect(Object.keys(tanstack)).toEqual(['inspectorPlugin'])
})

test('examples are found', () => {
  expect(examples.map(({ file }) => file)).toEqual(['README.md', 'src/tanstack.ts', 'src/observe/observed-run.ts'])
})

test.each(examples)('the example in $file prints what it says', ({ code }) => {
  const said = [...code.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(([, comment]) => comment)
  const print = `console.log = (...all) => process.stdout.write(
    all.map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one))).join(' ') + '\\n')\n`
  const flags = ['--conditions=@xmachines/source', '--input-type=module-typescript', '--eval', print + code]
  const printed = execFileSync(process.execPath, flags, { cwd: root, encoding: 'utf8' })
  expect(printed.trimEnd().split('\n')).toEqual(said)
})

test('a bundle for production has nothing of the button, unless it asks for it', async () => {
  const { build } = await import('esbuild')
  const bundle = async (call: string): Promise<string> => {
    const { outputFiles } = await build({
      stdin: { contents: `import { ${call} } from '@xmachines/inspector'; ${call}()`, resolveDir: root },
      bundle: true,
      write: false,
      minify: true,
      format: 'esm',
      conditions: ['@xmachines/source'],
      define: { 'process.env.NODE_ENV': '"production"' },
    })
    return outputFiles.map(({ text }) => text).join('')
  }
  expect(await bundle('inspect')).not.toContain('attachShadow')
  expect(await bundle('inspectInProduction')).toContain('attachShadow')
})
