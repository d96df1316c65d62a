/**
 * Finds strace for the tests that look at system calls.
 * Order: STRACE_PATH, an installed strace, Debian's package, which is unpacked and not installed, and needs no root.
 */
import { join } from 'node:path'

import { librariesIn, unpackDebian } from './debian.ts'
import { makeOnce, onPath, versionOf } from './programs.ts'

/** A strace, and how to start it. */
export interface Strace {
  readonly path: string
  /** What its environment needs besides that of the caller. */
  readonly env: Readonly<Record<string, string>>
}

const cache = join(import.meta.dirname, '../node_modules/.cache/strace')
/** Debian's package, and a library of it that not every system has. */
const packages = ['strace', 'libunwind8']

let found: Strace | undefined

/**
 * Finds strace, once in a process.
 *
 * @returns the first strace that runs
 * @throws {Error} that says what to install, if there is none
 */
export function findStrace(): Strace {
  if (found !== undefined) return found
  for (const strace of candidates()) {
    if (versionOf(strace.path, { ...process.env, ...strace.env }) !== undefined) return (found = strace)
  }
  throw new Error(`There is no strace that runs on this machine (${process.platform}). ${advice}`)
}

function* candidates(): Generator<Strace> {
  const named = process.env['STRACE_PATH']
  if (named) {
    yield { path: named, env: {} }
    return
  }
  yield* onPath('strace').map((path) => ({ path, env: {} }))
  makeOnce(cache, (folder) => unpackDebian(folder, { packages, advice }))
  yield { path: join(cache, 'usr/bin/strace'), env: librariesIn(cache) }
}

const advice =
  'The tests that look at system calls need strace: install it (Debian and Ubuntu: `apt-get install strace`), or set ' +
  'STRACE_PATH to its executable.'
