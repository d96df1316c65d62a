/** Packs that another process combines and removes while this one reads, or combines them too. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { gitObject } from '@xmachines/core/internal'
import { openRepository } from '@xmachines/git'
import { afterAll, afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { objectFormat } from '../src/objects/object-id.ts'
import { objectReader } from '../src/objects/object-reader.ts'
import { type Pack, PackBuilder } from '../src/objects/pack.ts'
import { gitProgram } from '../src/process/git-program.ts'
import { add, git, makeFolder, makeRepository, tally, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
afterEach(() => vi.unstubAllEnvs())

test('an object is found while a repacking moves it from a new pack to a newer one', async () => {
  const { directory } = await makeRepository(folder)
  const packs = join(directory, 'objects/pack')
  mkdirSync(packs, { recursive: true })
  // Git looks for the pack of each such index at every scan, so a scan takes long enough to meet the move.
  for (let at = 0; at < 2000; at++) writeFileSync(join(packs, `pack-${at}.idx`), '')
  const format = objectFormat('sha1')
  const objects = Array.from({ length: 200 }, (_, at) => gitObject(format, 'blob', `${at}\n`))
  const reader = objectReader(gitProgram(directory), { gitDirectory: directory, format: 'sha1' })
  onTestFinished(() => reader.close())

  const packOf = (...content: typeof objects): Pack => {
    const builder = new PackBuilder('sha1')
    for (const { oid, bytes } of content) builder.add(Buffer.from(oid, 'hex'), bytes)
    return builder.finish()
  }
  const put = ({ name, pack, index }: Pack): void => {
    writeFileSync(join(packs, `${name}.pack`), pack)
    writeFileSync(join(packs, `${name}.tmp`), index)
    renameSync(join(packs, `${name}.tmp`), join(packs, `${name}.idx`))
  }
  const missing: number[] = []
  for (const [at, object] of objects.entries()) {
    const first = packOf(object)
    put(first)
    const reading = reader.read(object.oid)
    // Turns of the event loop, so that the move meets the scan at another place each time.
    for (let turns = at % 40; turns > 0; turns--) await new Promise(setImmediate)
    put(packOf(object, gitObject(format, 'blob', `beside ${at}\n`)))
    for (const end of ['.pack', '.idx']) rmSync(join(packs, first.name + end))
    if ((await reading) === undefined) missing.push(at)
  }
  expect(missing).toEqual([])
})

test('a repacking stops without a warning if another process has combined and removed its packs', async () => {
  const { directory } = await makeRepository(folder)
  const said: string[] = []
  const hear = ({ message }: Error): void => void said.push(message)
  process.on('warning', hear)
  onTestFinished(() => void process.off('warning', hear))
  const seen = anticipatingGit(join(directory, 'objects/pack'))
  const repository = await openRepository(directory)
  const run = tallyRun()
  const recorder = repository.record(run)
  while (readdirSync(seen).length === 0) {
    run.in.send(add())
    await recorder.flush()
  }
  await recorder.stop()
  await repository.close()
  await new Promise(setImmediate)
  expect(said).toEqual([])
  vi.unstubAllEnvs()
  const again = await openRepository(directory)
  expect((await again.open(tally, run.id)).snapshot.current).toMatchObject(run.snapshot.current)
  await again.close()
  expect(git(directory, 'fsck', '--strict', '--full', '--no-dangling')).toBe('')
})

/**
 * Puts a git on the PATH that, before it combines packs, combines and removes them as another process would.
 * @returns a folder that has a file once this has happened
 */
function anticipatingGit(packs: string): string {
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  const place = mkdtempSync(join(folder.path, 'anticipating-'))
  const seen = join(place, 'seen')
  mkdirSync(seen)
  const source = `#!/bin/sh
case "$*" in *pack-objects*) ;; *) exec '${real}' "$@" ;; esac
cat > '${seen}/packs'
'${real}' "$@" < '${seen}/packs' > /dev/null || exit
while read -r pack; do rm -f '${packs}'/"\${pack%.pack}".*; done < '${seen}/packs'
exec '${real}' "$@" < '${seen}/packs'
`
  writeFileSync(join(place, 'git'), source, { mode: 0o755 })
  vi.stubEnv('PATH', [place, process.env['PATH']].join(delimiter))
  return seen
}
