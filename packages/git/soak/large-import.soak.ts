/**
 * A file of more than 512 MiB, which no string holds, is imported: as a document and as NDJSON. It takes about three
 * minutes on two cores, too long for the test command; packages/git/test/read-saved-run.test.ts tests the same with small pieces.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { main, programIn } from '../test/program.ts'
import { git, makeFolder, makeRepository, tallyRun } from '../test/repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
programIn(folder.path)
const LARGE = 512 * 1024 * 1024
const NOTE = 4 * 1024 * 1024

/** Calls the program with a file as its standard output. */
function program(arguments_: readonly string[], output?: string): { status: number | null; stderr: string } {
  const out = output === undefined ? 'ignore' : openSync(join(folder.path, output), 'w')
  const node = ['--conditions=@xmachines/source', main, ...arguments_]
  const result = spawnSync(process.execPath, node, {
    cwd: folder.path,
    encoding: 'utf8',
    stdio: ['ignore', out, 'pipe'],
  })
  if (typeof out === 'number') closeSync(out)
  return result
}

test('a history of more than 512 MiB goes through a file', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run)
  for (let at = 0; at * NOTE < LARGE + NOTE; at++) {
    run.in.send({ type: 'ADD', by: at, note: 'x'.repeat(NOTE) })
    await recorder.flush()
  }
  await recorder.stop()
  const { directory } = repository
  expect(program(['-C', directory, 'log', run.id, '--json'], 'large.ndjson')).toMatchObject({ status: 0, stderr: '' })
  expect(program(['-C', directory, 'export', run.id, '-m', 'tally.mjs', '-o', 'large.json'])).toMatchObject({
    status: 0,
  })
  for (const file of ['large.ndjson', 'large.json']) {
    expect(statSync(join(folder.path, file)).size).toBeGreaterThan(LARGE)
    const copy = await makeRepository(folder)
    const begin = performance.now()
    expect(program(['-C', copy.directory, 'import', file, '-m', 'tally.mjs'])).toMatchObject({ status: 0, stderr: '' })
    console.log(`${file} was imported in ${((performance.now() - begin) / 1000).toFixed(1)} s`)
    expect(git(copy.directory, 'rev-parse', `refs/runs/tally/${run.id}`)).toBe(run.head)
  }
})
