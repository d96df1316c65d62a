/** The oldest Git that is supported is the one that the pages name. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { openRepository } from '@xmachines/git'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { makeFolder, makeRepository, rejection } from './repositories.ts'

const folder = makeFolder()
afterEach(() => vi.unstubAllEnvs())
afterAll(() => folder.remove())

/** Puts a `git` first on the PATH that says it has a version; the real one does the rest. */
function pretend(version: string): void {
  const place = mkdtempSync(join(folder.path, 'git-'))
  const script = `#!/bin/sh
case " $* " in *" version "*) echo git version ${version}; exit ;; esac
PATH='${process.env['PATH']}' exec git "$@"
`
  writeFileSync(join(place, 'git'), script, { mode: 0o755 })
  vi.stubEnv('PATH', [place, process.env['PATH']].join(delimiter))
}

test.each([
  ['README.md', /The tests also need Git (\d+)\.(\d+) or later/],
  ['packages/git/README.md', /the `git` program, (\d+)\.(\d+) or later/],
  ['docs/git.md', /`@xmachines\/git` needs Git (\d+)\.(\d+) or later/],
])('%s names the oldest Git that opens a repository', async (page, claim) => {
  const text = readFileSync(join(import.meta.dirname, '../../..', page), 'utf8')
  const [, major, minor] = claim.exec(text) ?? []
  const { directory } = await makeRepository(folder)
  pretend(`${major}.${Number(minor) - 1}.9`)
  expect(await rejection(openRepository(directory))).toMatchObject({
    code: 'GIT_MISSING',
    message: expect.stringContaining(`install Git ${major}.${minor} or newer`),
  })
  vi.unstubAllEnvs()
  pretend(`${major}.${minor}.0`)
  expect((await openRepository(directory)).directory).toBe(directory)
})
