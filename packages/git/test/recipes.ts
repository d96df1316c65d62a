// Reads the recipes of a page and runs them: writes the files that the page shows, runs its commands in order, and
// compares what they print with the page.

import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { linkPackages, main } from './program.ts'

/** A block of code on the page. */
interface Block {
  readonly language: string
  readonly text: string
}

/** Commands of the page, and the output that the page shows. */
export interface Recipe {
  /** The heading of its section. */
  readonly title: string
  readonly commands: string
  /** Files that the page shows before it, with their names. */
  readonly files: ReadonlyMap<string, string>
  readonly prints: string
}

/** The recipes of a page, in order. */
export function readRecipes(page: string): Recipe[] {
  const recipes: Recipe[] = []
  for (const section of readFileSync(page, 'utf8').split(/^##+ /m)) {
    const title = section.slice(0, section.indexOf('\n')).replace(/^# /, '')
    const blocks: Block[] = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
      ([, language = '', text = '']) => ({
        language,
        text,
      }),
    )
    let files = new Map<string, string>()
    for (const [at, { language, text }] of blocks.entries()) {
      const [, name] = /^\/\/ (\S+\.mjs)\n/.exec(text) ?? []
      if (language === 'js' && name !== undefined) files.set(name, text)
      if (language !== 'sh') continue
      const after = blocks[at + 1]
      recipes.push({ title, commands: text, files, prints: after?.language === 'text' ? after.text : '' })
      files = new Map()
    }
  }
  return recipes
}

/** A folder for recipes. Each runs in a shell of its own, which begins where the last one ended. */
export function kitchen(folder: string): (recipe: Recipe) => Promise<string> {
  linkPackages(folder)
  writeFileSync(join(folder, 'xmachines'), `#!/bin/sh\nexec node ${main} "$@"\n`, { mode: 0o755 })
  const place = join(folder, 'place')
  writeFileSync(place, '')
  const env = {
    PATH: [folder, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    HOME: folder,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    NODE_OPTIONS: '--conditions=@xmachines/source',
  }
  return ({ files, commands }) => {
    for (const [name, text] of files) writeFileSync(join(folder, name), text)
    const script = `. ${place}\n${commands}\necho "ID=\${ID:-}; cd '$PWD'" > ${place}\n`
    return new Promise((resolve, reject) => {
      execFile('sh', ['-euc', script], { cwd: folder, env }, (error, printed, complaints) => {
        if (error === null) resolve(printed)
        else reject(new Error(`${commands}\nended with ${String(error.code)}: ${complaints}`, { cause: error }))
      })
    })
  }
}
