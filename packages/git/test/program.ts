// Runs the program as a process of its own, from its sources, in a folder with machines and their core.

import { spawn } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The result of a call of the program. */
export interface ProgramResult {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Calls the program in a folder, with text for its standard input and additions to its environment. */
export type Program = (
  arguments_: readonly string[],
  input?: string,
  more?: NodeJS.ProcessEnv,
) => Promise<ProgramResult>

export const main: string = join(import.meta.dirname, '../src/cli/main.ts')

/** The tally of repositories.ts, as a module for --machine. */
const TALLY = `import { defineMachine } from '@xmachines/core'

export const tally = defineMachine({
  name: 'tally',
  version: '1.0',
  initial: (input) => ({ total: input?.start ?? 0 }),
  transition: (state, event, emit) => {
    if (event.type === 'FINISH') return { ...state, done: true }
    emit({ type: 'total', total: state.total + event.by })
    return { total: state.total + event.by }
  },
  isDone: (state) => state.done === true,
})
`

/** The program, in a folder that has the machine `tally` in tally.mjs. */
export function programIn(folder: string): Program {
  linkPackages(folder)
  writeFileSync(join(folder, 'tally.mjs'), TALLY)
  return (arguments_, input = '', more = {}) =>
    runNode(folder, ['--conditions=@xmachines/source', main, ...arguments_], input, more)
}

/** Puts the packages of the workspace where the modules of a folder find them. */
export function linkPackages(folder: string): void {
  const packages = join(import.meta.dirname, '../..')
  mkdirSync(join(folder, 'node_modules/@xmachines'), { recursive: true })
  for (const name of ['core', 'git']) {
    symlinkSync(join(packages, name), join(folder, 'node_modules/@xmachines', name), 'dir')
  }
}

/** Runs Node to its end. */
export function runNode(
  cwd: string,
  arguments_: readonly string[],
  input = '',
  more: NodeJS.ProcessEnv = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    // With a compile cache, because compiling takes most of a call.
    const env = { PATH: process.env['PATH'], HOME: cwd, NODE_COMPILE_CACHE: join(cwd, 'compiled'), ...more }
    const child = spawn(process.execPath, arguments_, { cwd, env })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, stdout, stderr }))
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

/** Parses lines of JSON. */
export function linesOf(text: string): unknown[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}
