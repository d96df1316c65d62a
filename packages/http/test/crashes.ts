/** Kills a server at random moments, over and over, while clients send batches with keys until they are acknowledged. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { StoredRecord } from '@xmachines/core/store'
import { openRepository } from '@xmachines/git'
import { JSON_BODY } from './calls.ts'

/** What was found in the end. */
export interface Crashed {
  /** Batches that were acknowledged. */
  readonly acknowledged: number
  /** Those that are missing, or have another place than was said. */
  readonly lost: readonly string[]
  /** Batches and answers that are there more than once. */
  readonly doubled: readonly string[]
  /** Outputs that no handler got, and outputs without an answer. */
  readonly unhandled: readonly string[]
  /** Answers to requests that were neither 200 nor broken off, by their status. */
  readonly statuses: Readonly<Record<number, number>>
}

const CLIENTS = 4

interface Acknowledged {
  readonly run: string
  readonly head: string
  readonly sequence: number
}

/** Kills so many times. */
export async function crashRounds(rounds: number): Promise<Crashed> {
  const folder = mkdtempSync(join(tmpdir(), 'xmachines-http-crash-'))
  const directory = join(folder, 'runs.git')
  await (await openRepository(directory, { create: true })).close()
  const acknowledged = new Map<number, Acknowledged>()
  const handled = new Set<string>()
  const statuses: Record<number, number> = {}
  let port = new Promise<number>(() => undefined)
  let child = begin()
  const { run } = (await (
    await fetch(`http://127.0.0.1:${await port}/m/order@1.0`, { method: 'POST' })
  ).json()) as Acknowledged
  let isOver = false
  let count = 0
  let wake = (): void => undefined

  const clients = Array.from({ length: CLIENTS }, async () => {
    let known = 0
    while (!isOver) {
      const cents = ++count
      const applied = await send(cents, known)
      acknowledged.set(cents, applied)
      known = applied.sequence
      wake()
    }
  })

  for (let round = 0; round < rounds; round++) {
    // Some are acknowledged before the next blow.
    const before = acknowledged.size
    while (acknowledged.size < before + CLIENTS) await new Promise<void>((resolve) => (wake = resolve))
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 30))
    child.kill('SIGKILL')
    await once(child, 'exit')
    child = begin()
  }
  isOver = true
  await Promise.all(clients)
  const records = await untilAnswered()
  child.kill('SIGKILL')
  await once(child, 'exit')
  rmSync(folder, { recursive: true, force: true })
  return { acknowledged: acknowledged.size, ...found(records), statuses }

  function begin(): ChildProcess {
    const program = join(import.meta.dirname, 'crash-child.ts')
    const started = spawn(process.execPath, ['--conditions=@xmachines/source', program, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    port = new Promise((resolve) => {
      createInterface({ input: started.stdout }).on('line', (line) => {
        const [word, value = ''] = line.split(' ')
        if (word === 'port') resolve(Number(value))
        else handled.add(value)
      })
    })
    return started
  }

  /** Sends a batch until it is acknowledged. */
  async function send(cents: number, known: number): Promise<Acknowledged> {
    const headers = { ...JSON_BODY, 'idempotency-key': `batch-${cents}`, 'known-sequence': String(known) }
    const body = JSON.stringify({ type: 'PAY', cents })
    for (;;) {
      try {
        const response = await fetch(`http://127.0.0.1:${await port}/r/${run}`, { method: 'PATCH', headers, body })
        if (response.ok) return (await response.json()) as Acknowledged
        statuses[response.status] = (statuses[response.status] ?? 0) + 1
      } catch {
        // The server was killed: there is a new one.
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
  }

  /** The history once every output has its answer, or after a long time. */
  async function untilAnswered(): Promise<StoredRecord[]> {
    for (const patience = Date.now() + 60_000; ; ) {
      const records = await readAll()
      const { unhandled } = found(records)
      if (unhandled.length === 0 || Date.now() > patience) return records
    }
  }

  async function readAll(): Promise<StoredRecord[]> {
    const records: StoredRecord[] = []
    let offset = '-1'
    for (;;) {
      const response = await fetch(`http://127.0.0.1:${await port}/r/${run}/history?offset=${offset}`)
      records.push(...((await response.json()) as StoredRecord[]))
      offset = response.headers.get('stream-next-offset') ?? offset
      if (response.headers.has('stream-up-to-date')) return records
    }
  }

  function found(records: readonly StoredRecord[]): Pick<Crashed, 'lost' | 'doubled' | 'unhandled'> {
    const places = new Map<string, number[]>()
    const outputs: string[] = []
    for (const [sequence, record] of records.entries()) {
      for (const event of 'events' in record ? (record.events as readonly { cents?: number; by?: string }[]) : []) {
        const name = event.by ?? String(event.cents)
        places.set(name, [...(places.get(name) ?? []), sequence])
        if (event.cents !== undefined) outputs.push(`${run}/${outputs.length}`)
      }
    }
    const doubled = [...places].filter(([, sequences]) => sequences.length > 1).map(([name]) => name)
    const lost = [...acknowledged]
      .filter(
        ([cents, { sequence, head }]) => places.get(String(cents))?.[0] !== sequence || records[sequence]?.oid !== head,
      )
      .map(([cents]) => String(cents))
    return { lost, doubled, unhandled: outputs.filter((key) => !handled.has(key) || !places.has(key)) }
  }
}
