/** Refs that were packed twice within a second: a git that keeps running does not see the second packing. */
import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { restoreRun } from '@xmachines/core'
import { recordRun } from '@xmachines/core/store'
import { openRepository, type Repository } from '@xmachines/git'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import {
  add,
  collect,
  git,
  makeFolder,
  makeRepository,
  rejection,
  type TallyRun,
  tally,
  tallyRun,
} from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

/** Records a run through the repository, or through its store. */
const recordings = {
  'a recorder of the repository': (run: TallyRun, repository: Repository) => repository.record(run),
  'a recorder of its store': (run: TallyRun, { store }: Repository) => recordRun(run, store),
}

/** A repository whose packed refs look to Git as if they never changed, and a second handle of it. */
async function makeTwo(): Promise<[Repository, Repository]> {
  const here = await makeRepository(folder)
  // Else Git also compares the inode and the second of the last change. A new file may have those of the old one too.
  git(here.directory, 'config', 'core.checkStat', 'minimal')
  const there = await openRepository(here.directory)
  onTestFinished(async () => void (await Promise.all([here.close(), there.close()])))
  return [here, there]
}

function packRefs({ directory }: Repository): void {
  git(directory, 'pack-refs', '--all')
  utimesSync(join(directory, 'packed-refs'), 1, 1)
}

test.each(Object.entries(recordings))('%s continues while its refs are packed again and again', async (_, record) => {
  const [here] = await makeTwo()
  const run = tallyRun()
  const recorder = record(run, here)
  for (let at = 1; at <= 4; at++) {
    run.in.send(add(at))
    expect(await recorder.flush()).toBe(at)
    packRefs(here)
    expect(await here.store.head(run.id)).toEqual({ sequence: at, head: run.head })
  }
  await recorder.stop()
})

test.each(Object.entries(recordings))('%s does not overwrite what another appended and packed', async (_, record) => {
  const [here, there] = await makeTwo()
  const [run, other] = [tallyRun(), tallyRun()]
  const [recorder, beside] = [record(run, here), record(other, here)]
  run.in.send(add(1))
  other.in.send(add(1))
  await Promise.all([recorder.flush(), beside.flush()])
  packRefs(here)
  // From now on the git that moves refs knows the packed ones.
  other.in.send(add(2))
  await beside.flush()
  const copy: TallyRun = restoreRun(tally, (await collect(there.store.read(run.id, { from: 0 }))) as never)
  copy.in.send(add(10))
  await record(copy, there).stop()
  packRefs(there)
  run.in.send(add(20))
  expect(await rejection(recorder.flush())).toMatchObject({ code: expect.stringMatching(/^(MOVED|HISTORY_DIVERGED)$/) })
  expect(await here.store.head(run.id)).toEqual({ sequence: 2, head: copy.head })
  expect(git(here.directory, 'rev-parse', `refs/runs/tally/${run.id}`)).toBe(copy.head)
  await beside.stop()
})
