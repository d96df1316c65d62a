// Repositories in temporary folders, machines to record, and the installed `git` to ask about them.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRun, defineMachine, type Machine, type Run } from '@xmachines/core'
import { sha256 } from '@xmachines/core/sha256'
import { type FormatName, openRepository, type Repository } from '@xmachines/git'

export type TallyEvent = { type: 'ADD'; by: number; note?: string } | { type: 'FINISH' }
export type TallyOutput = { type: 'total'; total: number }
export type TallyState = { total: number; done?: boolean }
export type TallyRun = Run<TallyState, TallyEvent, TallyOutput, { start: number } | undefined>

/** Adds numbers, emits each total, and completes with `FINISH`. */
export const tally: Machine<TallyState, TallyEvent, TallyOutput, { start: number } | undefined> = defineMachine({
  name: 'tally',
  version: '1.0',
  initial: (input: { start: number } | undefined): TallyState => ({ total: input?.start ?? 0 }),
  transition: (state: TallyState, event: TallyEvent, emit: (output: TallyOutput) => void): TallyState => {
    if (event.type === 'FINISH') return { ...state, done: true }
    emit({ type: 'total', total: state.total + event.by })
    return { total: state.total + event.by }
  },
  isDone: (state: TallyState) => state.done === true,
})

export const add = (by = 1): TallyEvent => ({ type: 'ADD', by })
export const finish: TallyEvent = { type: 'FINISH' }

type RoundState = { door: number }
type RoundEvent = { type: 'START' } | { type: 'BROUGHT'; door: number }

/** Goes from door to door, and waits at each for an answer. */
export const round: Machine<RoundState, RoundEvent, { type: 'bring'; door: number }, undefined> = defineMachine({
  name: 'round',
  version: '1',
  initial: { door: -1 },
  transition: (state: RoundState, event: RoundEvent, emit) => {
    const waited = event.type === 'START' ? state.door === -1 : event.door === state.door
    if (!waited) return state
    const door = state.door + 1
    if (door < 3) emit({ type: 'bring', door })
    return { door }
  },
  isDone: ({ door }: RoundState) => door === 3,
})

/** A run of `tally` in an object format. */
export function tallyRun(format: FormatName = 'sha1', input?: { start: number }): TallyRun {
  return createRun(tally, { input, ...(format === 'sha256' ? { format: sha256 } : {}) })
}

/** A folder that is removed at the end of the test file. */
export interface Folder {
  readonly path: string
  remove(): void
}

export function makeFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'xmachines-git-'))
  // A git that a repository has just closed may still write something while the folder is emptied.
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }) }
}

let counter = 0
/** By path, repositories that nothing was recorded into: copying one is cheaper than making another. */
const templates = new Map<string, Promise<Repository>>()

/** A new repository in a folder. */
export async function makeRepository(folder: Folder, format: FormatName = 'sha1'): Promise<Repository> {
  const empty = join(folder.path, `empty-${format}.git`)
  const template = templates.get(empty) ?? openRepository(empty, { create: true, format })
  templates.set(empty, template)
  await template
  const directory = join(folder.path, `repository-${counter++}.git`)
  cpSync(empty, directory, { recursive: true })
  return await openRepository(directory)
}

/** What the installed `git` prints about a repository, without the line end; throws if it fails. */
export function git(directory: string, ...arguments_: string[]): string {
  const { status, stdout, stderr } = askGit(directory, ...arguments_)
  if (status !== 0) throw new Error(`git ${arguments_.join(' ')} ended with ${String(status)}: ${stderr}`)
  return stdout.replace(/\n$/, '')
}

export function askGit(
  directory: string,
  ...arguments_: string[]
): { status: number | null; stdout: string; stderr: string } {
  const env = { PATH: process.env['PATH'], HOME: directory, GIT_CONFIG_NOSYSTEM: '1' }
  return spawnSync('git', ['-C', directory, ...arguments_], { env, encoding: 'utf8' })
}

/** What a promise is rejected with; throws if it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise
  } catch (thrown) {
    return thrown as Error
  }
  throw new Error('it resolved')
}

/** All items of a stream. */
export async function collect<Item>(stream: ReadableStream<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of stream) items.push(item)
  return items
}
