/**
 * The examples of a page as TypeScript files. Examples continue each other, as a reader understands them: each one is a block
 * inside the one before, so it sees the earlier names and may use one of them anew. An example that begins with the name of a
 * file is that file.
 */

/** A file made of examples. */
export interface ExampleFile {
  readonly path: string
  readonly code: string
}

/** An import statement. The names of all examples are imported once. */
const IMPORT = /^import (type )?\{([^}]*)\} from '([^']+)'\n/gm
const DEFAULT_IMPORT = /^import (\w+) from '([^']+)'\n/gm

/**
 * Makes files of the examples of a page.
 *
 * @param text the page
 * @param given what the page expects a reader to have: declarations
 * @returns the files: `page.tsx`, and those that are named
 */
export function examplesOf(text: string, given = ''): readonly ExampleFile[] {
  const examples = Array.from(text.matchAll(/^```tsx?\n([\s\S]*?)^```$/gm), ([, code = '']) => code)
  const named = examples.flatMap((code) => {
    const path = /^\/\/ (\S+\.tsx?)\n/.exec(code)?.[1]
    return path === undefined ? [] : [{ path, code }]
  })
  const continued = examples.filter((code) => !named.some((file) => file.code === code))
  return continued.length === 0 ? named : [...named, { path: 'page.tsx', code: programOf(continued, given) }]
}

function programOf(examples: readonly string[], given: string): string {
  const imported = new Set<string>()
  const blocks = [given, ...examples].map((code) =>
    code
      .replaceAll(IMPORT, (_line, type = '', names: string, from: string) => {
        for (const name of names.split(',').map((one) => one.trim())) {
          if (name !== '' && !from.startsWith('.')) imported.add(`import { ${type}${name} } from '${from}'`)
        }
        return ''
      })
      .replaceAll(DEFAULT_IMPORT, (line: string) => {
        imported.add(line.trim())
        return ''
      })
      .replaceAll(/^export (?:default )?(?=\w)/gm, ''),
  )
  return [...imported, ...blocks.map((block) => `{\n${block}`), '}'.repeat(blocks.length)].join('\n')
}
