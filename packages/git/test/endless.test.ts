/** A pack can make Git read in a circle for ever. Whoever reads is told after a while, and does not hang. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { openRepository } from '@xmachines/git'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { gitsOf } from './crashes.ts'
import { add, collect, makeFolder, makeRepository, rejection, tallyRun } from './repositories.ts'
import { expectWarnings } from './warnings.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
afterEach(() => void vi.useRealTimers())

const sha1 = (bytes: Uint8Array): Buffer => createHash('sha1').update(bytes).digest()
const [one, other] = ['aa', 'bb'].map((byte) => Buffer.from(byte.repeat(20), 'hex')) as [Buffer, Buffer]

/** Writes a pack of two objects, each of which is a change of the other. */
function writeCircle(directory: string): void {
  const delta = Buffer.from([10, 10, 0x90, 10])
  const entry = (base: Buffer): Buffer =>
    Buffer.concat([Buffer.from([(7 << 4) | delta.length]), base, deflateSync(delta)])
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return bytes
  }
  const entries = [entry(other), entry(one)] as const
  const body = Buffer.concat([Buffer.from('PACK'), number(2), number(2), ...entries])
  const pack = Buffer.concat([body, sha1(body)])
  const fan = Array.from({ length: 256 }, (_, byte) => number((byte >= 0xaa ? 1 : 0) + (byte >= 0xbb ? 1 : 0)))
  const crcs = entries.map((bytes) => number(crc32(bytes)))
  const offsets = [number(12), number(12 + entries[0].length)]
  const head = [Buffer.from('ff744f63', 'hex'), number(2), ...fan, one, other]
  const index = Buffer.concat([...head, ...crcs, ...offsets, pack.subarray(-20)])
  const name = join(directory, 'objects/pack', `pack-${sha1(pack).toString('hex')}`)
  writeFileSync(`${name}.pack`, pack)
  writeFileSync(`${name}.idx`, Buffer.concat([index, sha1(index)]))
}

const realTimeout = setTimeout
/** Hundredths of a second of work: reading any object of these runs takes much less. */
const MUCH = 50

/** Whether a git works on and on. */
function readsInCircle(directory: string): boolean {
  // Elsewhere nobody says how long a process has worked.
  if (process.platform !== 'linux') return true
  return gitsOf(process.pid, directory).some((pid) => workOf(pid) > MUCH)
}

function workOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ')
    return Number(fields[11]) + Number(fields[12])
  } catch {
    // It has ended.
    return 0
  }
}

test('an object that is a change of itself is OBJECT_CORRUPT, and the other runs are read', async () => {
  const made = await makeRepository(folder)
  const [run, sound] = [tallyRun(), tallyRun()]
  for (const each of [run, sound]) each.in.send(add())
  await Promise.all([run, sound].map((each) => made.record(each).stop()))
  await made.close()
  writeCircle(made.directory)
  writeFileSync(join(made.directory, `refs/runs/tally/${run.id}`), `${one.toString('hex')}\n`)
  expectWarnings('XMACHINES_GIT_HANGS')
  const repository = await openRepository(made.directory)
  const ids: string[] = []
  const listing = async (): Promise<void> => {
    for await (const { id } of repository.runs()) ids.push(id)
  }
  for (const reading of [() => repository.find(run.id), () => collect(repository.history(run.id)), listing]) {
    // The clock is fast only while a git reads in a circle, so a git that reads well has time to answer.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let error: (Error & { code?: string }) | undefined
    const ended = rejection(reading()).then((thrown) => {
      error = thrown
    })
    while (error === undefined) {
      vi.advanceTimersByTime(readsInCircle(made.directory) ? 5000 : 5)
      await new Promise((resolve) => realTimeout(resolve, 10))
    }
    await ended
    vi.useRealTimers()
    expect(error).toMatchObject({ name: 'GitError', code: 'OBJECT_CORRUPT' })
  }
  expect(ids).toEqual([sound.id])
  expect(await collect(repository.history(sound.id))).toEqual(sound.toJSON().records)
  await repository.close()
})
