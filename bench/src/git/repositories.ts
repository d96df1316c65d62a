// Repositories to measure in, all in one folder that goes when the program does.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openRepository, type Repository } from '@xmachines/git'

const folder = mkdtempSync(join(tmpdir(), 'xmachines-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
let made = 0

/** A path where nothing is. */
export function newDirectory(): string {
  return join(folder, `${made++}.git`)
}

/** A new repository. */
export async function newRepository(): Promise<Repository> {
  return await openRepository(newDirectory(), { create: true })
}

/** Runs `git` in a directory; answers with what it prints. */
export function git(directory: string, ...words: string[]): string {
  return execFileSync('git', ['-C', directory, ...words], { encoding: 'utf8' }).trim()
}

/** Takes a repository away, outside of what is timed. */
export function removeRepository(directory: string): void {
  rmSync(directory, { recursive: true, force: true })
}

/** Times some work by the clock on the wall, since much of it is waiting for a disk; in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganAt = performance.now()
  await work()
  return performance.now() - beganAt
}
