// A writer is killed at random moments, or a backend of the server, or all of the server, over and over.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { StoredRecord } from '@xmachines/core/store'
import { createTables, postgresStore } from '@xmachines/postgres'
import pg from 'pg'
import { startPostgres } from '../../../scripts/postgres.ts'
import { append, recordsOf, tallyRun } from './ledgers.ts'

/** What is killed with SIGKILL. */
export type Victim = 'writer' | 'backend' | 'server'

/** The result. */
export interface Crashed {
  /** Sequences that were acknowledged, and batches that are there at the end. */
  readonly acknowledged: number
  readonly batches: number
  /** Batches that were acknowledged and are missing, and batches that are not where they must be. */
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  /** Failures that the writers saw, by their codes. */
  readonly failures: Readonly<Record<string, number>>
}

const RUNS = 4

/** Kills again and again, while one process appends to several runs. */
export async function crashRounds(victim: Victim, rounds: number): Promise<Crashed> {
  const server = await startPostgres()
  const { host, port, user, database } = server
  const pool = new pg.Pool({ host, port, user, database })
  pool.on('error', () => undefined)
  await createTables(pool)
  const store = postgresStore(pool)
  const ids: string[] = []
  for (let count = 0; count < RUNS; count++) {
    const run = tallyRun()
    await append(store, run)
    ids.push(run.id)
  }
  const acknowledged = new Map<string, string>()
  const failures: Record<string, number> = {}
  let heard = 0
  let wake = (): void => undefined
  let child = begin()

  for (let round = 0; round < rounds; round++) {
    // Every run goes on before the next blow.
    const before = heard
    while (heard < before + 3 * RUNS) await new Promise<void>((resolve) => (wake = resolve))
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
    if (victim === 'writer') {
      await end(child)
      child = begin()
    } else if (victim === 'backend') {
      const pid = await activeBackend()
      if (pid === undefined || !isKilled(pid)) round -= 1
    } else await server.crash()
  }
  await end(child)

  const [lost, doubled]: [string[], string[]] = [[], []]
  let batches = 0
  for (const id of ids) {
    const records = await readWhenUp(id)
    batches += records.length - 1
    for (const [sequence, record] of records.entries()) {
      const [event] = 'events' in record ? (record.events as readonly { value?: number }[]) : []
      if (sequence > 0 && event?.value !== sequence) doubled.push(`${id} ${sequence}`)
      const place = `${id} ${sequence}`
      if (acknowledged.has(place) && acknowledged.get(place) !== record.oid) lost.push(place)
      acknowledged.delete(place)
    }
  }
  lost.push(...acknowledged.keys())
  await pool.end()
  await server.stop()
  return { acknowledged: heard, batches, lost, doubled, failures }

  /** The process id of a backend that is appending. */
  async function activeBackend(): Promise<number | undefined> {
    const active = `SELECT pid FROM pg_stat_activity WHERE application_name = 'crash-child' AND state = 'active' LIMIT 1`
    const found = await pool.query<{ pid: number }>(active).catch(() => undefined)
    return found?.rows[0]?.pid
  }

  /** The server that lost a backend takes a moment to recover. */
  async function readWhenUp(id: string): Promise<StoredRecord[]> {
    for (const patience = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
      try {
        return await recordsOf(store, id)
      } catch (thrown) {
        if (Date.now() > patience) throw thrown
      }
    }
  }

  function begin(): ChildProcess {
    const config = JSON.stringify({ host, port, user, database })
    const program = join(import.meta.dirname, 'crash-child.ts')
    const started = spawn(process.execPath, ['--conditions=@xmachines/source', program, config, ...ids], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    createInterface({ input: started.stdout }).on('line', (line) => {
      const [word, ...parts] = line.split(' ')
      if (word === 'safe' && parts.length === 3) {
        acknowledged.set(`${parts[0]} ${parts[1]}`, String(parts[2]))
        heard += 1
        wake()
      } else if (word === 'failed') failures[String(parts[0])] = (failures[String(parts[0])] ?? 0) + 1
    })
    return started
  }
}

/** Kills a process, and says whether it was still there: a server that recovers from the blow before ends all its backends. */
function isKilled(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw thrown
  }
}

async function end(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}
