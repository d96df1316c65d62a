/**
 * Node, its git, and both are killed at random moments: what was acknowledged is there, the repository is sound, and the
 * run goes on. A few rounds here; XMACHINES_CRASHES says how many.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openRepository } from '@xmachines/git'
import { afterAll, expect, test } from 'vitest'
import { askGit, git, makeFolder, makeRepository, tally } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
const rounds = Number(process.env['XMACHINES_CRASHES'] ?? 4)

interface Told {
  id: string
  safe: number
  failures: string[]
}

/** Runs the child, kills at the given number of acknowledgements, and answers with what it told. */
async function crash(directory: string, id: string, kill: (child: ChildProcess) => void, after: number): Promise<Told> {
  const script = join(import.meta.dirname, 'crash-child.ts')
  const child = spawn(
    process.execPath,
    ['--conditions=@xmachines/source', script, directory, id, id === '' ? '00'.repeat(16) : ''],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const told: Told = { id, safe: -1, failures: [] }
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text
  })
  let acknowledged = 0
  let killed = false
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, value = ''] = line.split(' ')
    if (word === 'run') told.id = value
    else if (word === 'failed') told.failures.push(value)
    else {
      told.safe = Number(value)
      acknowledged++
      if (killed && acknowledged > after + 20) child.kill('SIGKILL')
    }
    if (acknowledged === after && !killed) {
      killed = true
      // Not at the acknowledgement itself, but somewhere in what comes next.
      setTimeout(() => kill(child), Math.random() * 15)
    }
  }
  if (!killed) throw new Error(`the process ended before it was killed: ${complaints}`)
  return told
}

/** The git processes of a process. */
function gitsOf({ pid }: ChildProcess): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const [parent] = readFileSync(`/proc/${name}/stat`, 'latin1').split(') ')[1]!.split(' ').slice(1)
        return Number(parent) === pid && readFileSync(`/proc/${name}/comm`, 'latin1').trim() === 'git'
      } catch {
        return false
      }
    })
    .map(Number)
}

const killGit = (child: ChildProcess): void => {
  for (const pid of gitsOf(child)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself.
    }
  }
}
const killNode = (child: ChildProcess): void => {
  child.kill('SIGKILL')
}
const ways = {
  node: killNode,
  git: killGit,
  both: (child: ChildProcess): void => {
    killGit(child)
    killNode(child)
  },
}

test.skipIf(process.platform !== 'linux')(
  'every acknowledged batch survives, and the run goes on',
  async () => {
    const { directory } = await makeRepository(folder)
    let id = ''
    let safe = -1
    for (let round = 0; round < rounds * 3; round++) {
      const way = (['node', 'git', 'both'] as const)[round % 3]!
      const told = await crash(directory, id, ways[way], 3 + Math.floor(Math.random() * 10))
      id = told.id
      safe = Math.max(safe, told.safe)
      for (const code of told.failures) expect(['GIT_FAILED', 'REPOSITORY_LOCKED']).toContain(code)

      const found = askGit(directory, 'log', '-1', '--format=%at %ct', `refs/runs/tally/${id}`)
      const [began, head] = found.stdout.trim().split(' ').map(Number)
      expect(head! - began!).toBeGreaterThanOrEqual(safe)
      safe = head! - began!
      // A lock that was left is as old as it would be at a slower restart.
      for (const name of readdirSync(join(directory, 'refs'), { recursive: true })) {
        if (String(name).endsWith('.lock')) utimesSync(join(directory, 'refs', String(name)), 1, 1)
      }
      // What others do meanwhile.
      if (round % 3 === 1) git(directory, 'repack', '-ad', '--quiet')
      if (round % 3 === 2) git(directory, 'gc', '--quiet', '--prune=now')
    }
    expect(git(directory, 'fsck', '--strict', '--full', '--no-dangling')).toBe('')
    const repository = await openRepository(directory)
    const run = await repository.open(tally, id)
    expect(run.snapshot.current.sequence).toBe(safe)
    expect(readdirSync(join(directory, 'objects/pack')).filter((name) => /\.(tmp|keep)$/.test(name))).toEqual([])
  },
  30_000 + rounds * 60_000,
)
