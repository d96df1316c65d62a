/** Repositories that several make at once, or that somebody began to make and was killed. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { openRepository } from '@xmachines/git'
import { afterAll, describe, expect, test } from 'vitest'
import { git, makeFolder, rejection, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
const at = (name: string): string => join(folder.path, name)

/** A `git` that kills the process which called it, at one of its calls: instead of it, or behind it. */
function killer(name: string, call: number, when: 'instead of' | 'behind'): string {
  const [place, count] = [at(name), at(`${name}.count`)]
  const real = spawnSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).stdout.trim()
  const kill = `if [ $(wc -l < ${count}) -eq ${call} ]; then kill -9 $PPID; exit 1; fi`
  const serve = `${real} "$@" || exit $?`
  const lines = ['#!/bin/sh', `echo >> ${count}`, ...(when === 'behind' ? [serve, kill] : [kill, serve])]
  mkdirSync(place)
  writeFileSync(join(place, 'git'), `${lines.join('\n')}\n`, { mode: 0o755 })
  return place
}

/** A process that makes a repository, with its `git` in a folder. */
function makeAlone(directory: string, place: string): NodeJS.Signals | null {
  const source = `import { openRepository } from '@xmachines/git'
await openRepository(${JSON.stringify(directory)}, { create: true })`
  const flags = ['--conditions=@xmachines/source', '--input-type=module-typescript', '--eval', source]
  const env = { ...process.env, PATH: [place, process.env['PATH']].join(delimiter) }
  return spawnSync(process.execPath, flags, { cwd: join(import.meta.dirname, '..'), env }).signal
}

async function expectWhole(directory: string): Promise<void> {
  const repository = await openRepository(directory, { create: true })
  for (const key of ['receive.denyNonFastForwards', 'receive.denyDeletes', 'transfer.fsckObjects']) {
    expect(git(directory, 'config', '--bool', '--get-all', key)).toBe('true')
  }
  const run = tallyRun()
  await repository.record(run).flush()
  expect(git(directory, 'rev-parse', `refs/runs/tally/${run.id}`)).toBe(run.id)
  expect(git(directory, 'fsck', '--strict', '--no-dangling')).toBe('')
  expect(existsSync(join(directory, 'config.lock'))).toBe(false)
}

const calls = [1, 2, 3, 4, 5, 6].flatMap((call) => [[call, 'instead of'] as const, [call, 'behind'] as const])

test.each(calls)('one whose maker was killed at call %i of Git, %s it, is made to its end', async (call, when) => {
  const name = `killed-${call}-${when.slice(0, 2)}`
  expect(makeAlone(at(`${name}.git`), killer(name, call, when))).toBe('SIGKILL')
  // The lock of one that was killed is old enough, as it is some seconds later.
  const lock = join(at(`${name}.git`), 'config.lock')
  if (existsSync(lock)) utimesSync(lock, 0, 0)
  await expectWhole(at(`${name}.git`))
})

describe('one that several make at once', () => {
  test('is the same for all of them', async () => {
    await Promise.all(Array.from({ length: 5 }, () => openRepository(at('many.git'), { create: true })))
    await expectWhole(at('many.git'))
  })

  test('is told to be locked where somebody keeps its configuration', async () => {
    const repository = await openRepository(at('locked.git'), { create: true })
    writeFileSync(join(at('locked.git'), 'config.lock'), '')
    expect(await rejection(repository.addRemote('hub', '/srv/hub.git'))).toMatchObject({ code: 'REPOSITORY_LOCKED' })
    utimesSync(join(at('locked.git'), 'config.lock'), 0, 0)
    await repository.addRemote('hub', '/srv/hub.git')
    expect(git(at('locked.git'), 'config', 'remote.hub.url')).toBe('/srv/hub.git')
  })
})
