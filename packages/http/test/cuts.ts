// Two servers on one store, each in a process of its own, and clients whose connections are cut at random. Each client sends a batch
// again, with its key, until it has an answer.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { isDeepStrictEqual } from 'node:util'
import { type HistoryRecord, restoreRun } from '@xmachines/core'
import type { StoredRecord } from '@xmachines/core/store'
import type { Problem, WireSnapshot } from '@xmachines/http/server'
import { PATIENCE } from '../../../scripts/patience.ts'
import { JSON_BODY } from './calls.ts'
import { type CuttingProxy, openCuttingProxy } from './cutting-proxy.ts'
import { paid, type TillEvent, taken, till } from './machines.ts'
import { type Kind, makePlace } from './places.ts'

/** What was found in the end. */
export interface Outcome {
  readonly applied: number
  readonly refused: number
  /** Requests that were cut, and sent again. */
  readonly retried: number
  /** Whether each kind of cut occurred. */
  readonly cuts: Readonly<Record<string, number>>
  /** Batches that are not where their answer says, or whose place another batch has as well. */
  readonly misplaced: readonly string[]
  /** Batches in the history that no sender has an answer for. */
  readonly unaccounted: number
  /** The ends of the history at each server, and what the history restores to. */
  readonly heads: readonly string[]
  /** Answers that are none of 200 and a refusal by rule, by their status and code. */
  readonly strange: Readonly<Record<string, number>>
}

const SERVERS = 2
const CLIENTS_EACH = 2
/** How many pieces of what is sent are cut. */
const SHARE = 0.15

/** What a client got for a batch. */
interface Answered {
  readonly batch: readonly TillEvent[]
  /** Undefined if it was refused. */
  readonly snapshot: WireSnapshot | undefined
  /** Whether it was sent more than once. */
  readonly isSentAgain: boolean
}

/** Sends so many batches, and says what became of them. */
export async function cutRounds(kind: Kind, batches: number): Promise<Outcome> {
  const place = await makePlace(kind)
  const servers = await Promise.all(Array.from({ length: SERVERS }, () => begin(kind, place.where)))
  const [first] = servers as [Started]
  const created = await fetch(`http://127.0.0.1:${first.port}/m/till@1`, { method: 'POST' })
  const { run } = (await created.json()) as WireSnapshot
  const proxies = await Promise.all(servers.map(({ port }) => openCuttingProxy(port, SHARE)))
  const strange: Record<string, number> = {}
  let retried = 0
  let next = 0

  const answers = await Promise.all(
    Array.from({ length: SERVERS * CLIENTS_EACH }, async (_, client) => {
      const got: Answered[] = []
      let known = 0
      for (let number = next++; number < batches; number = next++) {
        const batch = batchOf(number)
        const answer = await send(client, batch, `batch-${number}`, known)
        known = answer.snapshot?.sequence ?? known
        got.push({ batch, ...answer })
      }
      return got
    }),
  )
  const latest = Math.max(0, ...answers.flat().map(({ snapshot }) => snapshot?.sequence ?? 0))
  // This server may not have heard yet of what the other one has answered last.
  await headAt(first.port, run, latest)
  let records: StoredRecord[]
  let heads: string[]
  const patience = Date.now() + PATIENCE
  do {
    records = await readAll(first.port, run)
    // A record of a store is one of a history; that they fit together is checked here.
    heads = [restoreRun(till, records as never).head]
    for (const { port } of servers) heads.push(await headAt(port, run, records.length - 1))
    // What nobody waits for any more may still have been applied in between.
  } while (new Set(heads).size > 1 && Date.now() < patience)

  for (const proxy of proxies) proxy.close()
  for (const { child } of servers) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await place.end()
  return { ...tally(answers.flat(), records), retried, cuts: sumOf(proxies), heads, strange }

  /** Sends a batch until it is applied or refused: the snapshot behind it is undefined if it was refused. */
  async function send(
    client: number,
    batch: readonly TillEvent[],
    key: string,
    known: number,
  ): Promise<Omit<Answered, 'batch'>> {
    const headers = {
      'content-type': 'application/x-ndjson',
      'idempotency-key': key,
      'known-sequence': String(known),
    }
    const body = batch.map((event) => `${JSON.stringify(event)}\n`).join('')
    let isSentAgain = false
    // What is sent again may get to the other server.
    for (let server = client; ; server = Math.floor(Math.random() * SERVERS)) {
      const { port } = proxies[server % SERVERS] as CuttingProxy
      let response: Response
      let answer: unknown
      try {
        response = await fetch(`http://127.0.0.1:${port}/r/${run}`, { method: 'PATCH', headers, body })
        answer = await response.json()
      } catch {
        // The connection was cut.
        retried += 1
        isSentAgain = true
        continue
      }
      if (response.ok) return { snapshot: answer as WireSnapshot, isSentAgain }
      const { code } = answer as Problem
      if (code === 'REFUSED') return { snapshot: undefined, isSentAgain }
      const name = `${response.status} ${code}`
      strange[name] = (strange[name] ?? 0) + 1
      // What is wrong with a request stays wrong.
      if (response.status < 500) return { snapshot: undefined, isSentAgain }
    }
  }
}

/** Every second batch is equal to others. The rest differ, have several events, or may be refused. */
function batchOf(number: number): readonly TillEvent[] {
  if (number % 2 === 0) return [paid(1)]
  if (number % 3 === 0) return [paid(number), taken(number), paid(2)]
  return number % 5 === 0 ? [taken(number % 60)] : [paid(number % 7)]
}

function tally(
  answers: readonly Answered[],
  records: readonly StoredRecord[],
): Pick<Outcome, 'applied' | 'refused' | 'misplaced' | 'unaccounted'> {
  const misplaced: string[] = []
  const places = new Set<number>()
  for (const { batch, snapshot } of answers) {
    if (snapshot === undefined) continue
    const { sequence, head } = snapshot
    const record = records[sequence]
    const isThere = record?.oid === head && 'events' in record && isDeepStrictEqual(record.events, batch)
    if (!isThere || places.has(sequence)) misplaced.push(`${sequence} ${JSON.stringify(batch)}`)
    places.add(sequence)
  }
  // One that was refused when it was sent again may still be on its way to the other server, and fit later. A refusal leaves no
  // receipt.
  const refused = answers.filter(({ snapshot }) => snapshot === undefined)
  const late = refused.filter(({ isSentAgain }) => isSentAgain)
  let unaccounted = 0
  for (const [sequence, record] of records.entries()) {
    if (sequence === 0 || places.has(sequence)) continue
    const at = late.findIndex(({ batch }) => 'events' in record && isDeepStrictEqual(record.events, batch))
    if (at < 0) unaccounted += 1
    else late.splice(at, 1)
  }
  return { applied: answers.length - refused.length, refused: refused.length, misplaced, unaccounted }
}

function sumOf(proxies: readonly CuttingProxy[]): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const { cuts } of proxies) {
    for (const [place, count] of Object.entries(cuts)) sum[place] = (sum[place] ?? 0) + count
  }
  return sum
}

interface Started {
  readonly child: ChildProcess
  readonly port: number
}

async function begin(kind: Kind, where: string): Promise<Started> {
  const program = join(import.meta.dirname, 'cuts-child.ts')
  const child = spawn(process.execPath, ['--conditions=@xmachines/source', program, kind, where], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code} before it had a port`)))
    createInterface({ input: child.stdout }).on('line', (line) => resolve(Number(line.split(' ')[1])))
  })
  return { child, port }
}

async function readAll(port: number, run: string): Promise<HistoryRecord<TillEvent>[]> {
  const records: HistoryRecord<TillEvent>[] = []
  for (let offset = '-1'; ; ) {
    const response = await fetch(`http://127.0.0.1:${port}/r/${run}/history?offset=${offset}`)
    records.push(...((await response.json()) as HistoryRecord<TillEvent>[]))
    offset = response.headers.get('stream-next-offset') ?? offset
    if (response.headers.has('stream-up-to-date')) return records
  }
}

/** Where the run ends at a server that is not older than a sequence. */
async function headAt(port: number, run: string, sequence: number): Promise<string> {
  const headers = { ...JSON_BODY, 'known-sequence': String(sequence) }
  const response = await fetch(`http://127.0.0.1:${port}/r/${run}`, { headers })
  return ((await response.json()) as WireSnapshot).head
}
