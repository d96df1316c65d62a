/** The commands `import` and `export`, and the files of the flow "Save and restore". */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRun, type Run, restoreRun } from '@xmachines/core'
import { sha256 } from '@xmachines/core/sha256'
import type { Repository } from '@xmachines/git'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cutFile, doorFile, forgedFile, tamperedFile } from '../../../apps/flows/src/save-restore/altered-files.ts'
import { type PackingEvent, packingList, type Thing } from '../../../apps/flows/src/save-restore/packing-list.ts'
import { fileOf } from '../../../apps/flows/src/save-restore/run-file.ts'
import { linesOf, main, programIn } from './program.ts'
import { add, finish, git, makeFolder, makeRepository, tally, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
const program = programIn(folder.path)
const inFolder = (name: string): string => join(folder.path, name)

/** All refs of a repository. */
function contentOf(directory: string): string[] {
  const packs = readdirSync(join(directory, 'objects/pack')).filter((name) => name.endsWith('.pack'))
  return [git(directory, 'for-each-ref'), ...packs.toSorted()]
}

test.each(['sha1', 'sha256'] as const)(
  'a run is exported from one repository and imported into a new one (%s)',
  async (format) => {
    const { directory } = await repositoryOf(format)
    const [out, there] = [`${format}.json`, `there-${format}.git`]
    const [{ id, head }] = linesOf((await program(['-C', directory, 'runs', '--json'])).stdout) as [
      { id: string; head: string },
    ]
    const exported = await program(['-C', directory, 'export', id, '-m', 'tally.mjs', '--output', out])
    expect(exported).toEqual({ status: 0, stdout: `exported ${id} up to sequence 3 into ${out}\n`, stderr: '' })
    const options = format === 'sha256' ? { format: sha256 } : {}
    expect(restoreRun(tally, JSON.parse(readFileSync(inFolder(out), 'utf8')), options).head).toBe(head)

    const imported = await program(['-C', there, 'import', '--create', '-m', 'tally.mjs', out])
    expect(imported).toMatchObject({ status: 0, stderr: '' })
    expect(imported.stdout).toBe(`imported ${id} of tally@1.0\nat sequence 3 (new here), head ${head}\n`)
    const recorded = git(directory, 'for-each-ref', 'refs/heads', 'refs/runs', 'refs/snapshots')
    expect(git(inFolder(there), 'for-each-ref', 'refs/heads', 'refs/runs', 'refs/snapshots')).toBe(recorded)
    expect(git(inFolder(there), 'fsck', '--strict', '--full')).toBe('')
    expect(git(inFolder(there), 'rev-parse', '--show-object-format')).toBe(format)

    const again = await program(['-C', there, 'import', '-', '--json'], `\uFEFF${readFileSync(inFolder(out), 'utf8')}`)
    expect(linesOf(again.stdout)).toEqual([
      { id, machine: { name: 'tally', version: '1.0' }, sequence: 3, head, before: 3, replayed: false },
    ])
  },
)

async function repositoryOf(format: 'sha1' | 'sha256'): Promise<Repository> {
  const repository = await makeRepository(folder, format)
  const run = tallyRun(format, { start: 1 })
  run.in.send(add())
  run.in.send([add(2), { type: 'ADD', by: 3, note: '\u2028 "€" 😀\n' }])
  run.in.send(add(4))
  await repository.record(run).stop()
  return repository
}

describe('a run is exported', () => {
  test('to the standard output, without the machine if a snapshot is kept at its head', async () => {
    const repository = await makeRepository(folder)
    const run = tallyRun()
    const recorder = repository.record(run)
    run.in.send(add())
    await recorder.flush()
    const none = await program(['-C', repository.directory, 'export', run.id])
    expect(none).toMatchObject({ status: 1, stdout: '' })
    expect(none.stderr).toBe(
      'error: no snapshot keeps the latest state; give --machine FILE (tally@1.0) to replay the run for it (SNAPSHOT_MISSING)\n',
    )
    run.in.send(finish)
    await recorder.done
    await repository.keepSnapshot(run)
    const { status, stdout, stderr } = await program(['-C', repository.directory, 'export', run.id])
    expect([status, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(run)))
    const exported = await program([
      '-C',
      repository.directory,
      'export',
      run.id.slice(0, 8),
      '--json',
      '-o',
      'done.json',
    ])
    expect(linesOf(exported.stdout)).toEqual([
      { id: run.id, machine: { name: 'tally', version: '1.0' }, sequence: 2, head: run.head, file: 'done.json' },
    ])
    expect(readFileSync(inFolder('done.json'), 'utf8')).toBe(stdout)
    const nowhere = await program(['-C', repository.directory, 'export', run.id, '-o', 'no/where.json'])
    expect(nowhere).toMatchObject({ status: 1, stdout: '' })
    expect(nowhere.stderr).toBe('error: no/where.json cannot be written: its folder does not exist; make it first\n')
  })

  test('over a file only if the user says so', async () => {
    const repository = await makeRepository(folder)
    const run = tallyRun()
    await repository.record(run).stop()
    writeFileSync(inFolder('mine.json'), 'mine')
    const exporting = ['-C', repository.directory, 'export', run.id, '-m', 'tally.mjs', '-o', 'mine.json']
    const refused = await program(exporting)
    expect(refused).toEqual({ status: 1, stdout: '', stderr: 'error: mine.json exists; --force overwrites it\n' })
    expect(readFileSync(inFolder('mine.json'), 'utf8')).toBe('mine')
    expect(await program([...exporting, '--force'])).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(readFileSync(inFolder('mine.json'), 'utf8'))).toMatchObject({ head: run.head })
  })

  test.skipIf(process.platform === 'win32')('over a file, which stays as it was if the disk is full', async () => {
    const repository = await makeRepository(folder)
    const run = tallyRun()
    for (let at = 0; at < 1000; at++) run.in.send(add())
    await repository.record(run).stop()
    writeFileSync(inFolder('kept.json'), 'before')
    const node = ['--conditions=@xmachines/source', main, '-C', repository.directory, 'export', run.id, '--force']
    const limited = ['-c', 'ulimit -f 16; exec "$@"', 'sh', process.execPath, ...node, '-m', 'tally.mjs']
    const { status, stderr } = spawnSync('sh', [...limited, '-o', 'kept.json'], { cwd: folder.path, encoding: 'utf8' })
    expect(stderr).toMatch(/^error: kept\.json cannot be written: EFBIG: file too large/)
    expect(status).toBe(1)
    expect(readFileSync(inFolder('kept.json'), 'utf8')).toBe('before')
    expect(readdirSync(folder.path).filter((name) => name.startsWith('kept'))).toEqual(['kept.json'])
  })
})

describe('a file that is not a saved run is refused', () => {
  test.each([
    ['{"half', 'is not JSON'],
    ['[]', 'is not a saved run'],
    ['7', 'is not a saved run'],
    ['{"records":[]}', 'INVALID_HISTORY'],
    ['{"format":"xmachines/1","records":[]}', 'INVALID_HISTORY'],
    ['{"format":"xmachines/2","records":[{}]}', 'xmachines/2'],
  ])('%s', async (text, why) => {
    const { directory } = await makeRepository(folder)
    const { status, stdout, stderr } = await program(['-C', directory, 'import', '-'], text)
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error: /)
    expect(stderr).toContain(why)
    expect(contentOf(directory)).toEqual([''])
  })

  test('and so is a folder, a missing file, and a repository that is missing and may not be made', async () => {
    const missing = await program(['import', 'nothing.json'])
    expect(missing).toMatchObject({ status: 1, stdout: '' })
    expect(missing.stderr).toBe('error: nothing.json cannot be read: it does not exist; check the path\n')
    const folder = await program(['import', '.'])
    expect(folder).toEqual({ status: 1, stdout: '', stderr: 'error: . cannot be read: it is a folder; give a file\n' })
    const nowhere = await program(['-C', 'nowhere.git', 'import', '-', '-m', 'tally.mjs'], JSON.stringify(tallyRun()))
    expect(nowhere).toMatchObject({ status: 1, stdout: '' })
    expect(nowhere.stderr).toMatch(/^error: \S+nowhere\.git does not exist; --create makes it \(NOT_A_REPOSITORY\)\n$/)
    const unknown = await program(['-C', 'nowhere.git', 'import', '-', '--create'], JSON.stringify(tallyRun()))
    expect(unknown.stderr).toBe(
      'error: the repository does not have this run yet; give its machine with --machine FILE (tally@1.0)\n',
    )
    for (const more of [[], ['--create', '-m', 'tally.mjs']]) {
      const here = await program(['import', '-', ...more], JSON.stringify(tallyRun()))
      expect(here).toMatchObject({ status: 1, stdout: '' })
      expect(here.stderr).toContain('name it with -C; --create makes one in an empty place')
    }
    expect(existsSync(inFolder('nowhere.git'))).toBe(false)
  })
})

describe('a file of the flow "Save and restore"', () => {
  let run: Run<readonly Thing[], PackingEvent>
  const machine = ['--machine', 'packing.mjs']

  async function save(file: File): Promise<string> {
    writeFileSync(inFolder(file.name), Buffer.from(await file.arrayBuffer()))
    return file.name
  }

  beforeAll(() => {
    const list = join(import.meta.dirname, '../../../apps/flows/src/save-restore/packing-list.ts')
    writeFileSync(inFolder('packing.mjs'), `export { packingList } from ${JSON.stringify(list)}\n`)
    run = createRun(packingList)
    run.in.send({ type: 'PACK', name: 'Passport' })
    run.in.send({ type: 'ADD', name: 'Torch' })
    run.in.send({ type: 'PACK', name: 'Torch' })
  })

  test('is imported, continued, and saved again', async () => {
    const { directory } = await makeRepository(folder)
    const name = await save(fileOf(run))
    expect(name).toBe(`packing-list-${run.id.slice(0, 7)}.run.json`)
    const without = await program(['-C', directory, 'import', name])
    expect(without).toMatchObject({ status: 1, stdout: '' })
    expect(without.stderr).toBe(
      'error: the repository does not have this run yet; give its machine with --machine FILE (packing-list@1) (RUN_MISSING)\n',
    )
    expect(await program(['-C', directory, 'import', name, ...machine])).toMatchObject({ status: 0, stderr: '' })
    expect(git(directory, 'rev-parse', `refs/runs/packing-list/${run.id}`)).toBe(run.head)

    const later = restoreRun(packingList, run.toJSON())
    later.in.send({ type: 'ADD', name: 'Map' })
    await save(fileOf(later))
    const { stdout } = await program(['-C', directory, 'import', name])
    expect(stdout).toContain(`at sequence 4 (was at 3), head ${later.head}`)
    expect(stdout).toContain('nothing was replayed')
    const exported = await program(['-C', directory, 'export', run.id.slice(0, 7), ...machine])
    expect(JSON.parse(exported.stdout)).toEqual(JSON.parse(await fileOf(later).text()))
  })

  test('is refused if it was altered, and nothing is written', async () => {
    const { directory } = await makeRepository(folder)
    const early = restoreRun(packingList, run.toJSON().records.slice(0, 2))
    await program(['-C', directory, 'import', await save(fileOf(early)), ...machine])
    const before = contentOf(directory)
    const files = [
      [tamperedFile(run), 'HISTORY_MISMATCH'],
      [cutFile(run), 'HISTORY_MISMATCH'],
      [forgedFile(run), 'HISTORY_DIVERGED'],
    ] as const
    for (const [file, code] of files) {
      const name = await save(file)
      for (const options of [[], machine]) {
        const { status, stdout, stderr } = await program(['-C', directory, 'import', name, ...options])
        expect([status, stdout]).toEqual([1, ''])
        expect(stderr).toMatch(new RegExp(`^error: .*\\(${code}\\)\\n$`))
      }
      expect(contentOf(directory)).toEqual(before)
      const made = await program(['-C', 'made.git', 'import', '--create', name, ...machine])
      if (code === 'HISTORY_MISMATCH') expect(made.status).toBe(1)
      expect(existsSync(inFolder('made.git'))).toBe(code === 'HISTORY_DIVERGED')
    }
    const door = await program(['-C', directory, 'import', await save(doorFile()), ...machine])
    expect(door).toMatchObject({ status: 1, stdout: '' })
    expect(door.stderr).toContain('(MACHINE_MISMATCH)')
    expect(contentOf(directory)).toEqual(before)
  })
})
