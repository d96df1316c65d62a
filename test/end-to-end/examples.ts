/**
 * The examples of a page as TypeScript files. Examples continue each other, as a reader understands them: each one is a block
 * inside the one before, so it sees the earlier names and may declare one of them again. An example that begins with the name of a
 * file is that file. One that is marked as `part` is a part of a file of the repository, and compiled there.
 */

/** A file made of examples. */
export interface ExampleFile {
  readonly path: string
  readonly code: string
}

/** A machine that several pages use. */
const DOOR = `
    import { defineMachine } from '@xmachines/core'
    const door = defineMachine<{ at: 'closed' | 'open' }, { type: 'OPEN' }>({
      name: 'door',
      version: '1',
      initial: { at: 'closed' },
      on: { OPEN: () => ({ at: 'open' }) },
    })
`

/** What a page expects its reader to have. */
export const givens: Readonly<Record<string, string>> = {
  'docs/coming-from-xstate.md': `
    import { fromXState, xstateEffects } from '@xmachines/xstate'
    import { type PromiseActorLogic, setup } from 'xstate'
    declare const pay: PromiseActorLogic<string, string>
    declare const pack: PromiseActorLogic<string, string>
    const checkout = setup({ types: { input: {} as { order: string } }, actors: { pay, pack } }).createMachine({})
`,
  'docs/concurrent-rendering.md': `
    import type { ReactNode } from 'react'
    import type { Run, RunEvent } from '@xmachines/core'
    declare const run: Run<{ query: string }, RunEvent, never>
    declare function SearchBox(props: { value: string }): ReactNode
    declare function SlowList(props: { query: string }): ReactNode
`,
  'docs/http.md': `
    import type { Host } from '@xmachines/http/server'
    declare const host: Host
    declare function callerOf(request: Request): Promise<undefined | { may(action: string, id: string | undefined): boolean }>
`,
  'docs/jest.md': `import { expect, test } from 'vitest'${DOOR}`,
  'docs/stores.md': `
    import type { RunStore } from '@xmachines/core/store'
    declare function open(): Promise<RunStore>
    declare function damage(): Promise<void>
    declare function crash(): Promise<void>
`,
  'packages/core/README.md': `
    import { defineMachine, type Run, type RunEvent } from '@xmachines/core'
    type Found = { type: 'FOUND'; hits: string[] } | { type: 'FAILED' }
    declare const search: Run<{ at: 'idle' } | { at: 'loading'; query: string }, Found, { type: 'fetch'; query: string }>
    declare function ask(query: string, signal: AbortSignal): Promise<string[]>
    declare function ring(output: { tried: string }): void
    declare function show(error: Error): void
    declare const worker: Worker
    const drawing = defineMachine<number, RunEvent>({ name: 'drawing', version: '1', initial: 0, on: {} })
`,
  'packages/indexeddb/README.md': `
    import { defineMachine } from '@xmachines/core'
    const note = defineMachine<string, { type: 'TYPED'; text: string }>({
      name: 'note',
      version: '1',
      initial: '',
      on: { TYPED: (_note, { text }) => text },
    })
`,
  'packages/inspector/README.md': DOOR,
  'packages/react/README.md': `
    import { defineMachine, type Run } from '@xmachines/core'
    import type { WireSnapshot } from '@xmachines/http'
    type Answer = { type: 'ANSWERED'; degrees: number } | { type: 'FAILED'; status: number }
    declare const run: Run<unknown, Answer, { type: 'fetch'; city: string }>
    declare function toast(text: string): void
    declare const url: string
    declare const snapshot: WireSnapshot<number>
    const basket = defineMachine<readonly string[], { type: 'ADDED'; item: string }>({
      name: 'basket',
      version: '1',
      initial: [],
      on: { ADDED: (items, { item }) => [...items, item] },
    })
    type TillEvent = { type: 'PAID'; cents: number }
    const till = defineMachine<number, TillEvent>({
      name: 'till',
      version: '1',
      initial: 0,
      on: { PAID: (total, { cents }) => total + cents },
    })
`,
}

/** An import statement. The names of all examples are imported once. */
const IMPORT = /^ *import (type )?\{([^}]*)\} from '([^']+)'\n/gm
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
  const named = examples.flatMap((code, at) => {
    const path = /^\/\/ (\S+\.tsx?)\n/.exec(code)?.[1]
    if (path === undefined) return []
    // A later version of a file takes its place.
    const isReplaced = examples.slice(at + 1).some((later) => later.startsWith(`// ${path}\n`))
    return [{ path: isReplaced ? path.replace(/(?=\.tsx?$)/, `.${at}`) : path, code }]
  })
  const continued = examples.filter((code) => !named.some((file) => file.code === code))
  return continued.length === 0 ? named : [...named, { path: 'page.tsx', code: programOf(continued, given) }]
}

function programOf(examples: readonly string[], given: string): string {
  const imported = new Set<string>()
  const [declared = '', ...blocks] = [given, ...examples].map((code) =>
    code
      .replaceAll(IMPORT, (_line, type = '', names: string, from: string) => {
        for (const name of names.split(',').map((one) => one.trim())) {
          // What another file of the page has was in an earlier example.
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
  return [...imported, declared, ...blocks.map((block) => `;{\n${block}`), '}'.repeat(blocks.length)].join('\n')
}
