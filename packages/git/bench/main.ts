/**
 * What recording and opening cost beside Git's own ways, in one process: bulk in groups of 1,000, one awaited append,
 * 100 runs with one each, and opening. `--batches=N` says how long the bulk is (100,000 unless given).
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRun, defineMachine } from '@xmachines/core'
import { recordable } from '@xmachines/core/recording'
import { openRepository, type Repository } from '@xmachines/git'

type Inc = { type: 'INC'; by: number; note: string }
const counter = defineMachine<number, Inc>({
  name: 'counter',
  version: '1',
  initial: 0,
  on: { INC: (count, { by }) => count + by },
})
const newRun = () => createRun(counter, { checkDeterminism: false })
/** An event of 60 bytes. */
const event = (at: number): Inc => ({ type: 'INC', by: 1, note: `batch ${String(at).padStart(20, '0')}` })
const batches = Number(process.argv.find((one) => one.startsWith('--batches='))?.slice(10) ?? 100_000)
const folder = mkdtempSync(join(tmpdir(), 'xmachines-bench-'))
let counted = 0
const fresh = (): Promise<Repository> => openRepository(join(folder, `${counted++}.git`), { create: true })
const git = (directory: string, ...arguments_: string[]): string =>
  execFileSync('git', ['-C', directory, ...arguments_], { encoding: 'utf8' })

async function timed(work: () => Promise<void>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}

function report(what: string, value: string): void {
  console.log(`${what.padEnd(56)}${value.padStart(24)}`)
}

try {
  await bulk('disk')
  await bulk('process')
  await appends()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function bulk(durability: 'disk' | 'process'): Promise<void> {
  const repository = await fresh()
  const run = newRun()
  const recorder = repository.record(run, { durability })
  await recorder.flush()
  const took = await timed(async () => {
    for (let at = 0; at < batches; ) {
      for (const end = Math.min(at + 1000, batches); at < end; at++) run.in.send(event(at))
      await recorder.flush()
    }
  })
  report(
    `bulk in groups of 1,000, '${durability}'`,
    `${Math.round((batches / took) * 1000).toLocaleString()} batches/s`,
  )
  if (durability === 'process') return
  const whole = newRun()
  for (let at = 0; at < batches; at++) whole.in.send(event(at))
  const all = (await fresh()).record(whole)
  report(
    `bulk in one, 'disk'`,
    `${Math.round((batches / (await timed(async () => void (await all.flush())))) * 1000).toLocaleString()} batches/s`,
  )

  await fastImport(run)
  const pipe = await timed(async () => {
    const list = spawn('sh', ['-c', `git rev-list --reverse ${run.head} | git cat-file --batch --buffer`], {
      cwd: repository.directory,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    for await (const _chunk of list.stdout);
  })
  report(`the bare pipe, ${batches.toLocaleString()} batches`, `${Math.round(pipe)} ms`)
  const history = await timed(async () => {
    for await (const _record of repository.history(run.id));
  })
  report('  history(), each hashed and parsed', `${Math.round(history)} ms`)
  const opening = await timed(async () => {
    const opened = await repository.open(counter, run.id)
    if (opened.head !== run.head) throw new Error('another head')
  })
  report('  open(), replayed', `${Math.round(opening)} ms`)
  const size = (): number =>
    Number(/size-pack: (\d+)/.exec(git(repository.directory, 'count-objects', '-v'))?.[1]) * 1024
  report('bytes on disk a batch, as recorded', (size() / batches).toFixed(0))
  git(repository.directory, 'gc', '--quiet')
  report('  after gc', (size() / batches).toFixed(0))
  await repository.close()
}

/** The same commits, as `git fast-import` is fed them. */
async function fastImport(run: ReturnType<typeof newRun>): Promise<void> {
  const target = await fresh()
  const taping = recordable(run)
  const genesis = taping.genesis()
  const parts: string[] = []
  const mark = new Map(genesis.map(({ oid }, at) => [oid, at + 1]))
  for (const { type, oid, bytes } of genesis) {
    const content = bytes.subarray(bytes.indexOf(0) + 1)
    if (type === 'blob')
      parts.push(`blob\nmark :${mark.get(oid)}\ndata ${content.length}\n${Buffer.from(content).toString()}\n`)
  }
  const blobs = genesis.filter(({ type }) => type === 'blob')
  const files = ['initial.json', 'machine.json'].map((name, at) => `M 100644 :${mark.get(blobs[at]!.oid)} ${name}\n`)
  const who = 'XMachines <noreply@xmachines.invalid>'
  const { createdAt } = run.genesis
  const commit = (date: number, message: string, changes: string): string =>
    `commit refs/heads/x\nauthor ${who} ${createdAt} +0000\ncommitter ${who} ${date} +0000\ndata ${Buffer.byteLength(message)}\n${message}\n${changes}`
  parts.push(commit(createdAt, 'genesis\n', files.join('')))
  for (let sequence = 1; sequence <= batches; sequence++) {
    const text = Buffer.from(taping.commitAt(sequence)).toString()
    parts.push(commit(createdAt + sequence, text.slice(text.indexOf('\n\n') + 2), ''))
    if (sequence % 1000 === 0) parts.push('checkpoint\n')
  }
  const input = parts.join('')
  const took = await timed(
    () =>
      new Promise<void>((resolve) => {
        const env = { ...process.env, MALLOC_TOP_PAD_: '4194304' }
        const flags = ['-C', target.directory, '-c', 'core.fsync=committed,reference', 'fast-import', '--quiet']
        const child = spawn('git', flags, { env, stdio: ['pipe', 'ignore', 'inherit'] })
        child.on('close', () => resolve())
        child.stdin.end(input)
      }),
  )
  report('  fast-import, a checkpoint each 1,000', `${Math.round((batches / took) * 1000).toLocaleString()} batches/s`)
}

async function appends(): Promise<void> {
  const repository = await fresh()
  const run = newRun()
  const recorder = repository.record(run)
  await recorder.flush()
  const one = await timed(async () => {
    for (let at = 0; at < 40; at++) {
      run.in.send(event(at))
      await recorder.flush()
    }
  })
  report('one awaited append', `${(one / 40).toFixed(1)} ms`)
  const runs = Array.from({ length: 100 }, newRun)
  const recorders = runs.map((each) => repository.record(each))
  await Promise.all(recorders.map(({ flush }) => flush()))
  const hundred = await timed(async () => {
    for (let round = 0; round < 5; round++) {
      for (const each of runs) each.in.send(event(round))
      await Promise.all(recorders.map(({ flush }) => flush()))
    }
  })
  report('100 runs with one append each', `${(hundred / 5).toFixed(1)} ms`)
  const listing = await timed(async () => {
    for await (const _run of repository.runs());
  })
  report('listing 101 runs', `${listing.toFixed(0)} ms`)
  await repository.close()
}
