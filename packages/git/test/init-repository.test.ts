/** New repositories: several makers at once, and makers that are killed. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { openRepository } from '@xmachines/git'
import { afterAll, describe, expect, test } from 'vitest'
import { keepYoung } from './lock-age.ts'
import { git, makeFolder, rejection, tallyRun } from './repositories.ts'
import { expectWarnings } from './warnings.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
const at = (name: string): string => join(folder.path, name)

/** A `git` that kills its caller at one of its calls: before it does its work, or after. */
function killer(name: string, call: number, when: 'before' | 'after'): string {
  const [place, count] = [at(name), at(`${name}.count`)]
  const real = spawnSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).stdout.trim()
  const kill = `if [ $(wc -l < ${count}) -eq ${call} ]; then kill -9 $PPID; exit 1; fi`
  const serve = `${real} "$@" || exit $?`
  const lines = ['#!/bin/sh', `echo >> ${count}`, ...(when === 'after' ? [serve, kill] : [kill, serve])]
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

async function expectFinished(directory: string): Promise<void> {
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

const calls = [1, 2, 3, 4, 5, 6].flatMap((call) => [[call, 'before'] as const, [call, 'after'] as const])

test.each(calls)(
  'a repository whose maker was killed at call %i of Git, %s its work, is finished by the next',
  async (call, when) => {
    const name = `killed-${call}-${when.slice(0, 2)}`
    expect(makeAlone(at(`${name}.git`), killer(name, call, when))).toBe('SIGKILL')
    // Makes the lock of the killed maker old enough, as it would be some seconds later.
    const lock = join(at(`${name}.git`), 'config.lock')
    if (existsSync(lock)) {
      expectWarnings('XMACHINES_STALE_LOCK')
      utimesSync(lock, 0, 0)
    }
    await expectFinished(at(`${name}.git`))
  },
)

describe('a repository that several make at once', () => {
  test('is the same for all of them', async () => {
    await Promise.all(Array.from({ length: 5 }, () => openRepository(at('many.git'), { create: true })))
    await expectFinished(at('many.git'))
  })

  test('is reported as locked while somebody holds its configuration', async () => {
    const repository = await openRepository(at('locked.git'), { create: true })
    const lock = join(at('locked.git'), 'config.lock')
    writeFileSync(lock, '')
    keepYoung(lock)
    expect(await rejection(repository.addRemote('hub', '/srv/hub.git'))).toMatchObject({ code: 'REPOSITORY_LOCKED' })
    utimesSync(lock, 0, 0)
    expectWarnings('XMACHINES_STALE_LOCK')
    await repository.addRemote('hub', '/srv/hub.git')
    expect(git(at('locked.git'), 'config', 'remote.hub.url')).toBe('/srv/hub.git')
  })
})
