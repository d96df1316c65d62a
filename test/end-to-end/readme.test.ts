// The page of the repository: its examples compile and print what it says, and the links of all pages lead somewhere.

import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

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

test('the examples of the README and of the guides have the types that they need', () => {
  // Where the packages are found, and where no running Vite sees it.
  const cache = join(root, 'test/node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'examples-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const pages = ['README.md', 'docs/react-in-five-minutes.md', 'docs/coming-from-zustand-or-redux.md']
  pages.forEach((page, at) => {
    const code = blocksOf(read(page), 'ts', 'tsx')
    expect(code).toContain('defineMachine')
    writeFileSync(join(folder, `page-${at}.tsx`), `${code}\nexport {}\n`)
  })
  const settings = { extends: '../../../tsconfig.json', include: ['.'], exclude: [], references: [] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['--project', folder], { encoding: 'utf8' })
  expect(stdout).toBe('')
})

const pages = globSync(['*.md', 'docs/*.md', 'packages/*/README.md', 'apps/*/README.md', 'bench/*.md'], { cwd: root })

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

test.each(pages)('every link of %s leads to a file, and to a heading of it', (page) => {
  for (const link of linksOf(page)) {
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : relative(root, join(root, dirname(page), path))
    expect(existsSync(join(root, target)), `${link} in ${page}`).toBe(true)
    if (anchor !== undefined) expect(anchorsOf(read(target)), `${link} in ${page}`).toContain(anchor)
  }
})
