// A process that records is killed at random moments, its git, or both, over and over, while others collect garbage.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, utimesSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { BatchRecord } from '@xmachines/core'
import { openRepository } from '@xmachines/git'
import { vi } from 'vitest'
import { type FaultyGit, faultyGit } from './faulty-git.ts'
import { askGit, type Folder, git, makeRepository, type TallyEvent, tally } from './repositories.ts'

/** Which process is killed: both also right between the ref of the receipts and that of the run. */
export type Victim = 'node' | 'git' | 'both' | 'between'

/** How often, and what the process that is killed records through. */
export interface CrashPlan {
  readonly rounds: number
  readonly through: 'recorder' | 'store'
}

/** The result. */
export interface Crashed {
  readonly rounds: number
  /** Sequences that were acknowledged, and batches that are there at the end. */
  readonly acknowledged: number
  readonly batches: number
  /** Batches that were acknowledged and are missing, and batches that are there more than once. */
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  /** Faults that Git found after a round. */
  readonly faults: readonly string[]
  /** Failures of surviving recorders, by their codes, and how often others collected garbage. */
  readonly failures: Readonly<Record<string, number>>
  readonly collections: number
  /** How often the ref of the receipts had moved, and that of the run had not. */
  readonly between: number
}

/** Kills again and again, each time another process that continues the same run. */
export async function crashRounds(folder: Folder, victim: Victim, { rounds, through }: CrashPlan): Promise<Crashed> {
  const faulty = victim === 'between' ? faultyGit(folder) : undefined
  try {
    return await crashAll(folder, { victim, rounds, through, faulty })
  } finally {
    vi.unstubAllEnvs()
  }
}

async function crashAll(
  folder: Folder,
  { victim, rounds, through, faulty }: CrashPlan & { readonly victim: Victim; readonly faulty: FaultyGit | undefined },
): Promise<Crashed> {
  const { directory } = await makeRepository(folder)
  const acknowledged = new Map<number, string>()
  const faults: string[] = []
  const failures: Record<string, number> = {}
  let [id, collections, between] = ['', 0, 0]
  for (let round = 0; round < rounds; round++) {
    const garbage = collectGarbage(directory)
    // What is looked at in the end needs a batch.
    const least = acknowledged.size === 0 && round === rounds - 1 ? 1 : 0
    const output = await crash(directory, { id, victim, through, faulty, least })
    collections += await garbage.stop()
    await untilNobodyWorks(directory)
    if (output.id !== '') id = output.id
    // What a killed process left may make the next one fail before its turn comes.
    if (!output.killed) round--
    for (const [sequence, oid] of output.safe) acknowledged.set(sequence, oid)
    for (const code of output.failures) failures[code] = (failures[code] ?? 0) + 1
    const { status, stdout, stderr } = askGit(directory, 'fsck', '--strict', '--full', '--no-dangling')
    if (status !== 0 || stdout !== '') faults.push(`round ${round}: ${stdout}${stderr}`)
    ageLocks(join(directory, 'refs'))
    // If nothing is recorded yet, the next process begins a run of its own.
    if (id !== '' && !isRef(directory, `refs/runs/tally/${id}`)) {
      if (acknowledged.size > 0) faults.push(`round ${round}: the run is gone`)
      // The append that was to create it has a receipt already.
      if (output.killed && isRef(directory, `refs/receipts/tally/${id}`)) between++
      id = ''
    }
    if (id === '') continue
    const receipts = receiptsAgree(directory, id)
    // A process that was not killed found it like this.
    if (receipts === 'between') between += output.killed ? 1 : 0
    else if (receipts !== 'agreed') faults.push(`round ${round}: ${receipts}`)
  }
  const repository = await openRepository(directory)
  const run = await repository.open(tally, id)
  const oids: string[] = []
  const doubled: string[] = []
  for await (const record of repository.history(id)) {
    const sequence = oids.push(record.oid) - 1
    if (sequence === 0) continue
    const [event] = (record as BatchRecord<TallyEvent>).events
    if (event?.type !== 'ADD' || event.by !== sequence) doubled.push(`${sequence} ${record.oid}`)
  }
  const listed = []
  for await (const one of repository.store.list({ unsettled: true })) listed.push(one)
  const outputs = listed.map(({ position, settled }) => `${position} outputs, ${settled} settled`).join()
  if (outputs !== `${oids.length - 1} outputs, 0 settled`) faults.push(`of ${oids.length - 1} batches: ${outputs}`)
  const lost = [...acknowledged].filter(([sequence, oid]) => oids[sequence] !== oid).map(String)
  await repository.record(run).stop()
  await repository.close()
  const left = readdirSync(join(directory, 'objects/pack')).filter((name) => /^xmachines-|\.keep$/.test(name))
  if (left.length > 0) faults.push(`${left.join(' and ')} was left`)
  const [acks, batches] = [acknowledged.size, oids.length - 1]
  return { rounds, acknowledged: acks, batches, lost, doubled, faults, failures, collections, between }
}

function isRef(directory: string, name: string): boolean {
  return askGit(directory, 'rev-parse', '--quiet', '--verify', name).status === 0
}

/**
 * Whether the latest receipt of an append that was made names the head of the run. One more may be there, of an append that was
 * not made.
 */
function receiptsAgree(directory: string, id: string): string {
  const history = git(directory, 'rev-list', `refs/runs/tally/${id}`).split('\n')
  const receipts = git(directory, 'log', '-2', '--format=%B', `refs/receipts/tally/${id}`)
  const [first, second] = Array.from(receipts.matchAll(/^Head: (.*)$/gm), ([, head = '']) => head)
  if (first === history[0]) return 'agreed'
  if (history.includes(String(first))) return `the latest receipt is of ${first}, and the head is ${history[0]}`
  if (second === history[0]) return 'between'
  return `no receipt is of the head ${history[0]}: ${first} and ${second} are there`
}

/** Makes a lock that was left as old as it would be after a slower restart. */
function ageLocks(refs: string): void {
  for (const name of readdirSync(refs, { recursive: true })) {
    try {
      if (String(name).endsWith('.lock')) utimesSync(join(refs, String(name)), 1, 1)
    } catch {
      // A git that outlived its parent finished, and removed it.
    }
  }
}

interface ChildOutput {
  id: string
  killed: boolean
  readonly safe: Map<number, string>
  readonly failures: string[]
}

/** Runs the child and kills it at some moment after some acknowledgements, or before the first. */
async function crash(
  directory: string,
  {
    id,
    victim,
    through,
    faulty,
    least,
  }: Pick<CrashPlan, 'through'> & {
    readonly id: string
    readonly victim: Victim
    readonly faulty: FaultyGit | undefined
    readonly least: number
  },
): Promise<ChildOutput> {
  const script = join(import.meta.dirname, through === 'store' ? 'store-crash-child.ts' : 'crash-child.ts')
  const child = spawn(process.execPath, ['--conditions=@xmachines/source', script, directory, id], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: ChildOutput = { id, killed: false, safe: new Map(), failures: [] }
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text
  })
  const after = Math.max(least, Math.floor(Math.random() * 12))
  let acknowledged = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, value = '', oid = ''] = line.split(' ')
    if (word === 'run') output.id = value
    else if (word === 'failed') {
      output.failures.push(value)
      complaints += `${line}\n`
    } else {
      output.safe.set(Number(value), oid)
      acknowledged++
      // A recorder that outlives its git continues for a while. One that its git is to kill must not be killed before.
      if (faulty === undefined && output.killed && acknowledged > after + 20) child.kill('SIGKILL')
    }
    if (acknowledged < after || output.killed) continue
    output.killed = true
    // The next git that moves refs kills this process, and then itself.
    if (faulty === undefined) setTimeout(() => kill(child, victim), Math.random() * 15)
    else {
      faulty.meanwhile('kill', '-9', String(child.pid))
      faulty.plan('between')
    }
  }
  if (faulty !== undefined && faulty.left().length > 0) {
    // It ended before its git was killed.
    faulty.plan()
    output.killed = false
  }
  if (!output.killed && output.failures.length === 0)
    throw new Error(`the process ended before it was killed: ${complaints}`)
  return output
}

function kill(child: ChildProcess, victim: Victim): void {
  for (const pid of victim === 'node' ? [] : gitsOf(child.pid)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself.
    }
  }
  if (victim !== 'git') child.kill('SIGKILL')
}

/** The git processes of a process; given words, those that have them among their arguments. */
export function gitsOf(parent: number | undefined, ...words: readonly string[]): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const [, own] = readFileSync(`/proc/${name}/stat`, 'latin1').split(') ')[1]!.split(' ')
        // The arguments, because another program may have loaded git.
        const called = readFileSync(`/proc/${name}/cmdline`, 'latin1').split('\0')
        const isMeant = words.every((word) => called.some((part) => part.includes(word)))
        return Number(own) === parent && isMeant && called.some((part) => basename(part) === 'git')
      } catch {
        return false
      }
    })
    .map(Number)
}

/** Waits for the processes that outlive the one that started them, and may still move a ref. */
async function untilNobodyWorks(directory: string): Promise<void> {
  const works = (name: string): boolean => {
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(directory)
    } catch {
      return false
    }
  }
  while (readdirSync('/proc').some((name) => /^\d+$/.test(name) && works(name))) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Repacks and removes unreachable objects, again and again until it is stopped. */
function collectGarbage(directory: string): { stop(): Promise<number> } {
  let stopped = false
  let times = 0
  async function collect(): Promise<void> {
    const ways = [
      [['gc', '--quiet', '--prune=now']],
      // Unlike gc, repack leaves commits in the commit-graph that it has removed.
      [
        ['repack', '-ad', '--quiet'],
        ['commit-graph', 'write', '--reachable', '--no-progress'],
      ],
    ]
    while (!stopped) {
      const way = ways[Math.floor(Math.random() * ways.length)]!
      // Recorders repack too: if a pack is gone meanwhile, this fails, and nothing else is harmed.
      for (const call of way) await once(spawn('git', ['-C', directory, ...call], { stdio: 'ignore' }), 'close')
      times++
    }
  }
  const collecting = collect()
  return {
    async stop() {
      stopped = true
      await collecting
      return times
    },
  }
}

/** A line about the result, for people. */
export function crashReport(victim: Victim, crashed: Crashed): string {
  const { rounds, acknowledged, batches, lost, doubled, faults, failures, collections, between } = crashed
  return (
    `${victim} killed ${rounds} times: ${acknowledged} acknowledgements, ${batches} batches, ${lost.length} lost, ` +
    `${doubled.length} doubled, ${faults.length} faults; ${collections} collections, ${between} between refs; ${JSON.stringify(failures)}`
  )
}
