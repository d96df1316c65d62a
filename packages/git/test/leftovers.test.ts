/** Files that recorders put among the packs: they stay while the recorder runs, and are swept once it is dead. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { openRepository, type Repository } from '@xmachines/git'
import { afterAll, afterEach, expect, test } from 'vitest'
import { runNode } from './program.ts'
import { add, git, makeFolder, makeRepository, tallyRun } from './repositories.ts'

const folder = makeFolder()
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(hung, { force: true })
})
afterAll(() => folder.remove())

/** A folder with a `git` whose `update-ref` never answers, and ends with its input. */
const hanging = join(folder.path, 'hanging')
/** The file that it writes its process id to. */
const hung = join(hanging, 'pid')
const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
const script = `#!/bin/sh\ncase "$*" in *update-ref*) echo $$ > ${hung}.new; mv ${hung}.new ${hung}; exec cat > /dev/null ;; esac\nexec ${real} "$@"\n`
mkdirSync(hanging)
writeFileSync(join(hanging, 'git'), script, { mode: 0o755 })
const path = [hanging, process.env['PATH']].join(delimiter)

const packsOf = ({ directory }: Repository): string => join(directory, 'objects/pack')
const keptIn = (repository: Repository): string[] =>
  readdirSync(packsOf(repository)).filter((name) => /\.(keep|tmp)$/.test(name))

/** Waits until a recorder waits for a ref to move; resolves with the `.keep` of its pack. */
async function awaitKeep(repository: Repository): Promise<string> {
  while (!existsSync(hung)) await new Promise((resolve) => setTimeout(resolve, 5))
  const [name = ''] = keptIn(repository)
  expect(name).toMatch(/\.keep$/)
  return name
}

/** A process that records, and never gets to move a ref. */
function recordElsewhere({ directory }: Repository): ChildProcess {
  const arguments_ = [...fromSource, join(import.meta.dirname, 'crash-child.ts'), directory]
  const child = spawn(process.execPath, arguments_, { env: { ...process.env, PATH: path }, stdio: 'ignore' })
  children.push(child)
  return child
}

const opener = new URL('opener-child.ts', import.meta.url)
const fromSource = ['--conditions=@xmachines/source']

test('the files of a recorder stay while it runs, and are swept once it was killed', async () => {
  const repository = await makeRepository(folder)
  const recording = recordElsewhere(repository)
  const kept = await awaitKeep(repository)
  await openRepository(repository.directory)
  expect(keptIn(repository)).toContain(kept)
  recording.kill('SIGKILL')
  await once(recording, 'exit')
  await openRepository(repository.directory)
  expect(keptIn(repository)).toEqual([])
})

test('the files of a recorder are left alone by other threads of its process and by other processes', async () => {
  const repository = await makeRepository(folder)
  const before = process.env['PATH']
  process.env['PATH'] = path
  const run = tallyRun()
  run.in.send(add())
  const recorder = repository.record(run)
  const kept = await awaitKeep(repository)
  process.env['PATH'] = before

  const { directory } = repository
  expect((await runNode(folder.path, [...fromSource, fileURLToPath(opener), directory])).status).toBe(0)
  const [status] = (await once(new Worker(opener, { argv: [directory], execArgv: fromSource }), 'exit')) as [number]
  expect(status).toBe(0)
  expect(keptIn(repository)).toContain(kept)
  process.kill(Number(readFileSync(hung, 'utf8')), 'SIGKILL')
  expect(await recorder.flush()).toBe(1)
})

test('the files of others stay, and files of unknown processes are swept once they are a day old', async () => {
  const repository = await makeRepository(folder)
  const packs = packsOf(repository)
  const write = (name: string, text: string, mode = 0o644): void => writeFileSync(join(packs, name), text, { mode })
  write('pack-1.keep', 'mine\n')
  write('pack-2.keep', '')
  // A power cut may empty it; that it is read-only still shows that it is ours.
  write('pack-3.keep', '', 0o444)
  const elsewhere = ['pack-4.keep', 'xmachines-00000000-1-0a1b2c3d-0.pack.tmp']
  const text = 'xmachines 00000000 1 0a1b2c3d\n'
  for (const name of elsewhere) write(name, text)
  // A fetch or a push that was killed leaves these, and nothing of Git ever removes them.
  const killed = ['pack-5.keep', 'pack-6.keep']
  write('pack-5.keep', 'fetch-pack 1 on somewhere\n')
  write('pack-6.keep', 'receive-pack 1 on somewhere\n')
  await openRepository(repository.directory)
  expect(keptIn(repository)).toEqual(['pack-1.keep', 'pack-2.keep', 'pack-4.keep', ...killed, elsewhere[1]])
  const before = Date.now() / 1000 - 25 * 60 * 60
  for (const name of keptIn(repository)) utimesSync(join(packs, name), before, before)
  await openRepository(repository.directory)
  expect(keptIn(repository)).toEqual(['pack-1.keep', 'pack-2.keep'])
})

test.skipIf(process.platform === 'win32')(
  'in a repository that a group shares, the group can read what is recorded',
  async () => {
    const directory = join(folder.path, 'shared.git')
    const before = process.umask(0o077)
    try {
      execFileSync('git', ['init', '--quiet', '--bare', '--shared=group', directory])
      const repository = await openRepository(directory)
      await repository.record(tallyRun()).stop()
      const packs = readdirSync(packsOf(repository)).filter((name) => /\.(pack|idx)$/.test(name))
      expect(packs.map((name) => statSync(join(packsOf(repository), name)).mode & 0o777)).toEqual([0o440, 0o440])
    } finally {
      process.umask(before)
    }
  },
)

test('a folder for packs that was lost in a copy is made again', async () => {
  const { directory } = await makeRepository(folder)
  rmSync(join(directory, 'objects/pack'), { recursive: true })
  const run = tallyRun()
  await (await openRepository(directory)).record(run).flush()
  expect(git(directory, 'rev-parse', `refs/runs/tally/${run.id}`)).toBe(run.head)
})
