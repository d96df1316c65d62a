/**
 * A disk that is full or fails, at each step of recording: the error names the file and the cause, nothing that was
 * acknowledged is harmed, and the run is recorded completely once there is room. The errors come from the kernel, or
 * from strace, which injects them; neither needs a privilege.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { openRepository } from '@xmachines/git'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { tracedGit } from './faulty-git.ts'
import { add, git, makeFolder, makeRepository, rejection, tally, tallyRun } from './repositories.ts'
import { traceCalls } from './system-calls.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

async function recorded(): Promise<{ directory: string; id: string; ref: string }> {
  const { directory, record, close } = await makeRepository(folder)
  const run = tallyRun()
  run.in.send(add())
  const recorder = record(run)
  await recorder.stop()
  await close()
  return { directory, id: run.id, ref: recorder.ref }
}

/** All that was acknowledged is there, and the run continues. */
async function expectSound(directory: string, id: string): Promise<void> {
  const repository = await openRepository(directory)
  const run = await repository.open(tally, id)
  // Batches that were not acknowledged may be there too.
  const found = run.snapshot.current.sequence
  expect([1, 2]).toContain(found)
  run.in.send(add())
  expect(await repository.record(run).stop()).toBe(found + 1)
  await repository.close()
  expect(git(directory, 'fsck', '--strict', '--full', '--no-dangling')).toBe('')
  expect(readdirSync(join(directory, 'objects/pack')).filter((name) => /tmp|keep/.test(name))).toEqual([])
}

describe.skipIf(process.platform !== 'linux')('a disk without room', () => {
  test.each([
    ['the ref', 'write', 'ENOSPC', (ref: string) => `${ref}.lock`, 'GIT_FAILED', /couldn't write .*\.lock/],
    ['the ref', 'fsync', 'EIO', (ref: string) => `${ref}.lock`, 'GIT_FAILED', /couldn't write .*\.lock/],
    [
      'the ref',
      '?rename,?renameat',
      'ENOSPC',
      (ref: string) => `${ref}.lock`,
      'GIT_FAILED',
      /couldn't set 'refs\/runs/,
    ],
    ['the packs', 'fsync', 'ENOSPC', () => 'objects/pack', 'WRITE_FAILED', /objects\/pack failed: ENOSPC/],
    ['the folder of the ref', 'fsync', 'EIO', () => 'refs/runs/tally', 'WRITE_FAILED', /EIO/],
  ] as const)('for %s, at %s (%s), is reported', async (_what, call, errno, path, code, said) => {
    const { directory, id, ref } = await recorded()
    const { printed } = await traceCalls(directory, 'traced-child.ts', [directory, 'disk', '1', id], {
      strace: ['-P', join(directory, path(ref)), '-e', `inject=${call}:error=${errno}`],
    })
    expect(printed).toMatch(new RegExp(`mark failed ${code} `))
    expect(printed).toMatch(said)
    expect(printed).toMatch(new RegExp(`${ref} is recorded up to sequence (1|-1), and the run continues`))
    await expectSound(directory, id)
  })

  test('in the middle of a pack is reported', async () => {
    const { directory, id, ref } = await recorded()
    const child = [join(import.meta.dirname, 'traced-child.ts'), directory, 'disk', '1', id]
    // A file may have one block of 512 bytes; an index needs more.
    const limited = ['-c', 'ulimit -f 1; exec "$@"', 'sh', process.execPath, '--conditions=@xmachines/source', ...child]
    const { stdout, stderr } = spawnSync('sh', limited, { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/mark failed WRITE_FAILED .*objects\/pack failed: EFBIG/)
    expect(stdout).toContain(`${ref} is recorded up to sequence 1, and the run continues`)
    await expectSound(directory, id)
  })
})

describe.skipIf(process.platform !== 'linux')('a fetch', () => {
  const fsync = (how: string): string[] => ['-f', '-e', `inject=fsync:${how}`]
  test.each([
    ['onto a disk without room', fsync('error=ENOSPC'), 'WRITE_FAILED', /No space left on device.*make room/s],
    ['beyond a quota', fsync('error=EDQUOT'), 'WRITE_FAILED', /Disk quota exceeded.*make room/s],
    ['onto a disk that fails', fsync('error=EIO'), 'WRITE_FAILED', /Input\/output error.*make room/s],
    [
      'onto a disk without room for names',
      ['-f', '-e', 'inject=?link,linkat,?rename,renameat:error=ENOSPC'],
      'WRITE_FAILED',
      /No space left on device/,
    ],
    ['whose git is killed', fsync('signal=KILL'), 'REMOTE_FAILED', /try again/],
  ] as const)('%s blames no object, and a later one goes well', async (_what, faults, code, said) => {
    const { directory, id } = await recorded()
    const there = await makeRepository(folder)
    await there.addRemote('here', directory)
    tracedGit(folder, faults, { purpose: 'fetch --quiet' })
    const error = await rejection(there.fetch('here', id)).finally(() => vi.unstubAllEnvs())
    expect(error).toMatchObject({ name: 'GitError', code })
    expect(error.message).toMatch(said)
    expect(error.message).not.toMatch(/delete the ref|git fsck|corrupt/)
    expect(await there.fetch('here', id)).toMatchObject({ sequence: 1 })
    await there.close()
  })
})
