// How a process learns of the appends of others: by LISTEN, and by looking at the database from time to time. What it hears is
// only a reason to look: the database is the truth.

import { missing } from '@xmachines/core/store'
import type { Connection } from './connection.ts'
import { earFor, unref } from './ear.ts'
import { stringOf, textOf } from './sql-text.ts'
import type { Statements } from './statements.ts'

/** What is heard of a run: the sequence of its latest record, or that its lease was given back. */
type News = number | 'free'

/** What happens to the runs of a store, here and elsewhere. */
export interface Changes {
  /** Notifies those who wait in this process, and unless the database does so already, those in others. */
  tell(id: string, news: News, scope: 'here' | 'everywhere'): void
  /**
   * Resolves once a run has a record of this sequence, or the signal aborts.
   * @throws {StoreError} `MISSING`
   */
  wait(id: string, sequence: number, signal: AbortSignal): Promise<void>
  /** Resolves once the lease of a run was given back, or the signal aborts. */
  waitUntilFree(id: string, signal: AbortSignal): Promise<void>
  /** Stops listening, once what is under way is done. It begins again for whoever waits next. */
  close(): Promise<void>
}

interface Waiting {
  /** Undefined for one that waits for the lease. */
  readonly sequence: number | undefined
  end(error?: Error): void
}

/** Milliseconds between notifications: what comes meanwhile goes together. */
const INTERVAL = 2
/** Milliseconds without anybody who waits, after which nothing listens any more. */
const LINGER = 2000

/** The changes of a store. Nothing listens, and nothing looks, while nobody waits. */
export function changesOf(connection: Connection, { channel, sequences, notify }: Statements, poll: number): Changes {
  const waiting = new Map<string, Set<Waiting>>()
  /** Runs to look at: somebody began to wait for them, or time has passed. */
  const due = new Set<string>()
  let looking: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let lingering: ReturnType<typeof setTimeout> | undefined
  /** What others have not been notified of: of each run the latest. */
  const untold = new Map<string, string>()
  let telling: Promise<void> | undefined

  const ear = earFor(connection, channel, {
    heard(text) {
      const at = text.lastIndexOf(' ')
      const news = text.slice(at + 1)
      tellHere(stringOf(text.slice(0, at)), news === 'free' ? news : Number(news))
    },
    opened: lookAtAll,
  })

  function tellHere(id: string, news: News): void {
    for (const { sequence, end } of Array.from(waiting.get(id) ?? [])) {
      if (news === 'free' ? sequence === undefined : sequence !== undefined && sequence <= news) end()
    }
  }

  async function tellOthers(): Promise<void> {
    while (untold.size > 0) {
      const told = JSON.stringify(Array.from(untold.values()))
      untold.clear()
      // Without it, others learn of it when they look.
      await connection.run(notify, [told]).catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, INTERVAL))
    }
    telling = undefined
  }

  function look(): void {
    if (looking === undefined && due.size > 0) looking = lookAtDue()
  }

  async function lookAtDue(): Promise<void> {
    while (due.size > 0) {
      const ids = Array.from(due)
      due.clear()
      // A server that cannot be reached may be reached when some time has passed.
      await lookAt(ids).catch(() => undefined)
    }
    looking = undefined
  }

  async function lookAt(ids: readonly string[]): Promise<void> {
    const rows = await connection.run(sequences, [JSON.stringify(ids.map(textOf))])
    const found = new Map(rows.map(({ id, sequence }) => [stringOf(id), Number(sequence)]))
    for (const id of ids) {
      const sequence = found.get(id)
      if (sequence !== undefined) tellHere(id, sequence)
      else for (const one of Array.from(waiting.get(id) ?? [])) one.end(missing(id))
    }
  }

  function lookAtAll(): void {
    for (const [id, all] of waiting) for (const { sequence } of all) if (sequence !== undefined) due.add(id)
    look()
  }

  function schedule(): void {
    if (timer !== undefined || waiting.size === 0) return
    timer = setTimeout(() => {
      timer = undefined
      lookAtAll()
      schedule()
    }, poll)
    unref(timer)
  }

  function linger(): void {
    if (waiting.size > 0) return
    clearTimeout(timer)
    timer = undefined
    clearTimeout(lingering)
    lingering = setTimeout(() => void ear.close(), LINGER)
    unref(lingering)
  }

  function join(id: string, sequence: number | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return resolve()
      const all = waiting.get(id) ?? new Set()
      const one: Waiting = { sequence, end }
      waiting.set(id, all.add(one))
      signal.addEventListener('abort', abort)
      clearTimeout(lingering)
      ear.open()
      schedule()

      function abort(): void {
        end()
      }

      function end(error?: Error): void {
        all.delete(one)
        if (all.size === 0 && waiting.get(id) === all) waiting.delete(id)
        signal.removeEventListener('abort', abort)
        linger()
        if (error === undefined) resolve()
        else reject(error)
      }
    })
  }

  return {
    tell(id, news, scope) {
      tellHere(id, news)
      if (scope === 'here') return
      untold.set(`${textOf(id)} ${typeof news}`, `${textOf(id)} ${news}`)
      telling ??= tellOthers()
    },
    wait(id, sequence, signal) {
      const joined = join(id, sequence, signal)
      // It may be there already.
      due.add(id)
      look()
      return joined
    },
    waitUntilFree: (id, signal) => join(id, undefined, signal),
    async close() {
      clearTimeout(timer)
      timer = undefined
      clearTimeout(lingering)
      await Promise.all([ear.close(), telling, looking])
    },
  }
}
