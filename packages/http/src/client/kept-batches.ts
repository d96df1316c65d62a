// Keeps the batches that a server has not confirmed, so that a page that is loaded again sends them, under the same keys.

import { admit, sequenceOf } from '@xmachines/core/internal'
import type { Adopted, Connection } from './connection.ts'

/** Keeps text under keys: `localStorage`, or what has its three functions, whose answers may be promises. */
export interface PendingStore {
  getItem(key: string): string | null | Promise<string | null>
  setItem(key: string, text: string): unknown
  removeItem(key: string): unknown
}

/** A batch as it is kept. */
interface Kept {
  readonly key: string
  readonly events: readonly unknown[]
  readonly since: number
}

/** Keeps what is pending. `pendingIn` makes one. */
export type KeepPending = (url: string, connection: Connection) => void

/**
 * Keeps the batches that a server has not confirmed, for `connectRun`: a page that is loaded again sends them, under the same keys.
 * Pages with the same store and URL do not disturb each other: what one has put there, the other sends as well when it begins,
 * and it is applied once.
 *
 * @param store `localStorage`, or what has its three functions
 * @returns what `connectRun` takes as `store`
 *
 * @example
 * ```ts
 * import { createRun, defineMachine } from '@xmachines/core'
 * import { connectRun, pendingIn } from '@xmachines/http'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 * // `localStorage`, in a page.
 * const texts = new Map<string, string>()
 * const storage = {
 *   getItem: (key: string) => texts.get(key) ?? null,
 *   setItem: (key: string, text: string) => texts.set(key, text),
 *   removeItem: (key: string) => texts.delete(key),
 * }
 * const history = createRun(counter).toJSON()
 * // There is no server here.
 * const offline = { history, store: pendingIn(storage), fetch: () => Promise.reject(new Error('offline')) }
 *
 * const before = connectRun('http://localhost/r/1', counter, offline)
 * before.in.send({ type: 'INC' })
 * await Promise.resolve()
 * before.close()
 *
 * const after = connectRun('http://localhost/r/1', counter, offline)
 * console.log(after.state, after.pending) // 1 1
 * after.close()
 * ```
 */
export function pendingIn(store: PendingStore): KeepPending {
  return (url, connection) => keepPending(store, url, connection)
}

/** Sends what is kept for a URL, and keeps what is pending from now on. */
function keepPending(store: PendingStore, url: string, connection: Connection): void {
  const { machine } = connection.ahead.confirmed
  const name = `xmachines:${url}`
  /** The keys of the batches that this page is responsible for. */
  let own: ReadonlySet<string> = new Set()
  let isDue = false
  /** One access at a time, if the store takes its time. */
  let turn: Promise<unknown> | undefined

  const found = read()
  if (found instanceof Promise) {
    // A store that cannot be read has nothing.
    const read = found.then(adopted, () => [])
    turn = read
    connection.adopt(read)
  } else connection.adopt(adopted(found))
  /** Says what was pending when it was last kept. */
  let kept = mark()
  connection.onChange(() => {
    // Other changes, such as that the connection is closed, must not write what another page may have sent by now.
    const now = mark()
    if (isDue || now === kept) return
    isDue = true
    kept = now
    // Whatever else changes in this turn is kept with it.
    void Promise.resolve().then(save)
  })

  function mark(): string {
    const { pending, latest } = connection.ahead
    return `${pending.length}/${latest}`
  }

  function adopted(text: string | null): Adopted {
    const found = parse(text)
    own = new Set(found.map(({ key }) => key))
    return found.map(({ key, events, since }) => {
      const given = events.length === 1 ? events[0] : events
      return { batch: admit(machine, given), details: { key, given, since } }
    })
  }

  function read(): string | null | Promise<string | null> {
    try {
      return store.getItem(name)
    } catch {
      // A page may be forbidden to use it.
      return null
    }
  }

  function save(): void {
    isDue = false
    if (turn !== undefined)
      turn = turn
        .then(read)
        .then(merge)
        .catch(() => undefined)
    else {
      const text = read()
      if (text instanceof Promise) turn = text.then(merge).catch(() => undefined)
      else merge(text)
    }
  }

  /** Puts there what is pending. What other pages have put there stays. */
  function merge(text: string | null): unknown {
    const { pending, confirmed } = connection.ahead
    const keys = new Set(pending.map(({ details }) => details.key))
    const others = parse(text).filter(({ key }) => !own.has(key) && !keys.has(key))
    const mine = pending.map(({ details: { key, given, since = sequenceOf(confirmed) } }) => {
      return { key, events: Array.isArray(given) ? given : [given], since }
    })
    if (mine.length === 0 && own.size === 0) return undefined
    own = keys
    const all = [...others, ...mine]
    try {
      return all.length === 0 ? store.removeItem(name) : store.setItem(name, JSON.stringify(all))
    } catch {
      // It is full. The run continues without it.
      return undefined
    }
  }
}

/** What is kept, without what cannot be read. */
function parse(text: string | null): Kept[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(kept) ? kept.filter(isKept) : []
  } catch {
    return []
  }
}

function isKept(value: unknown): value is Kept {
  const { key, events, since } = (value ?? {}) as Partial<Record<keyof Kept, unknown>>
  return typeof key === 'string' && Array.isArray(events) && Number.isInteger(since)
}
