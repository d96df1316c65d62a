// The page of the repository: its examples compile and print what it says, and the links of all pages lead somewhere.

import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { examplesOf, givens } from './examples.ts'

const root = join(import.meta.dirname, '../..')
const read = (page: string): string => readFileSync(join(root, page), 'utf8')

/** The blocks of code in a page, in languages such as `ts`. */
function blocksOf(text: string, ...languages: readonly string[]): string {
  const blocks = text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)
  return Array.from(blocks, ([, language = '', code = '']) => (languages.includes(language) ? code : '')).join('\n')
}

test('the examples of the README print what it says', () => {
  const code = blocksOf(read('README.md'), 'ts')
  const said = Array.from(code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm), ([, line]) => line)
  const flags = ['--conditions=@xmachines/source', '--input-type=module-typescript', '--eval', code]
  const { stdout, stderr } = spawnSync(process.execPath, flags, { cwd: join(root, 'test'), encoding: 'utf8' })
  expect(said).toHaveLength(4)
  expect(stdout.trimEnd().split('\n'), stderr).toEqual(said)
})

const pages = globSync(['*.md', 'docs/*.md', 'packages/*/README.md', 'apps/*/README.md', 'bench/*.md'], { cwd: root })

/** In which package the examples of a page find what they import. Those of other pages do so in the app. */
function packageOf(page: string): string {
  if (page.startsWith('packages/')) return dirname(page)
  if (['docs/coming-from-xstate.md', 'docs/xstate.md'].includes(page)) return 'packages/xstate'
  return ['docs/recipes.md', 'docs/stores.md', 'docs/jest.md'].includes(page) ? 'packages/core' : 'apps/orders'
}

test('the examples of every page have the types that they need', () => {
  const folders: string[] = []
  onTestFinished(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  const files: string[] = []
  /** A new folder where the packages are found, and where no running Vite sees it. */
  const folderIn = (place: string): string => {
    const cache = join(root, place, 'node_modules/.cache')
    mkdirSync(cache, { recursive: true })
    const folder = mkdtempSync(join(cache, 'examples-'))
    folders.push(folder)
    return folder
  }
  for (const page of pages) {
    const examples = examplesOf(read(page), givens[page])
    if (examples.length === 0) continue
    const folder = folderIn(packageOf(page))
    // An error names the page.
    const place = join(folder, page.replaceAll('/', '-'))
    for (const { path, code } of examples) {
      mkdirSync(dirname(join(place, path)), { recursive: true })
      writeFileSync(join(place, path), code)
      files.push(join(place, path))
    }
  }
  const compilerOptions = {
    noEmit: true,
    incremental: false,
    jsx: 'react-jsx',
    lib: ['esnext', 'dom', 'dom.iterable', 'dom.asynciterable'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  }
  const settings = { extends: join(root, 'tsconfig.base.json'), compilerOptions, files }
  const project = folderIn('test')
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(settings))
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['--project', project], { encoding: 'utf8' })
  expect(files.length).toBeGreaterThan(20)
  expect(stdout).toBe('')
})

/** The links of a page, without its code, and without those to other sites. */
function linksOf(page: string): readonly string[] {
  const text = read(page).replaceAll(/^```[\s\S]*?^```$/gm, '')
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g), ...text.matchAll(/(?:src|srcset|href)="([^"]+)"/g)]
  return links.map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link))
}

/** The anchors of a page, as forges make them from headings. */
function anchorsOf(page: string): readonly string[] {
  const headings = page.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm)
  return Array.from(headings, ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test.each(globSync('packages/*/README.md', { cwd: root }))('%s names pages that exist', (page) => {
  const text = read(page)
  for (const [link, name = '', anchor] of text.matchAll(
    /https:\/\/www\.npmjs\.com\/package\/@xmachines\/(\w+)(?:#([\w-]+))?/g,
  )) {
    const anchors = anchorsOf(read(`packages/${name}/README.md`))
    if (anchor !== undefined) expect(anchors, link).toContain(anchor)
  }
  // A package does not contain the pages of the repository, so its page names them without a link.
  const named = Array.from(text.matchAll(/`(?:docs\/)?([\w-]+\.md)`/g), ([, file = '']) => file)
  expect(named.filter((file) => !existsSync(join(root, 'docs', file)))).toEqual([])
})

test.each(pages)('every link of %s leads to a file, and to a heading of it', (page) => {
  for (const link of linksOf(page)) {
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : relative(root, join(root, dirname(page), path))
    expect(existsSync(join(root, target)), `${link} in ${page}`).toBe(true)
    if (anchor !== undefined) expect(anchorsOf(read(target)), `${link} in ${page}`).toContain(anchor)
  }
})
