// Listens to a channel of the database, and does so again if the connection is lost.

import type { Connection } from './connection.ts'

/** Listens while it is open. */
export interface Ear {
  open(): void
  /** Resolves once the connection is given back. */
  close(): Promise<void>
}

/** Milliseconds before it is tried again: at first, and at most. */
const FIRST_PAUSE = 50
const LONGEST_PAUSE = 5000

/**
 * An ear for a channel.
 * @param heard is called with each notification
 * @param opened is called when it begins to listen: what was notified before was not heard
 */
export function earFor(
  connection: Connection,
  channel: string,
  { heard, opened }: { readonly heard: (text: string) => void; readonly opened: () => void },
): Ear {
  let closing: AbortController | undefined
  let ended: Promise<void> = Promise.resolve()
  return {
    open() {
      if (closing !== undefined || connection.listen === undefined) return
      closing = new AbortController()
      ended = Promise.all([ended, listenUntil(closing.signal)]).then(() => undefined)
    },
    async close() {
      closing?.abort()
      closing = undefined
      await ended
    },
  }

  async function listenUntil(signal: AbortSignal): Promise<void> {
    for (let failures = 1; !signal.aborted; failures++) {
      const lost = new AbortController()
      try {
        const stop = await connection.listen?.(channel, heard, () => lost.abort())
        failures = 0
        if (!signal.aborted) opened()
        await aborted(AbortSignal.any([signal, lost.signal]))
        await stop?.()
      } catch {
        // Whoever waits looks at the database from time to time, so nothing is missed meanwhile.
      }
      if (!signal.aborted) await pause(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures), signal)
    }
  }
}

/** Resolves once a signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** Waits for a while, or until a signal aborts. It alone keeps no process running. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(end, milliseconds)
    unref(timer)
    signal.addEventListener('abort', end)
    function end(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
  })
}

/** Lets a process end while a timer runs. Browsers have no such thing. */
export function unref(timer: unknown): void {
  ;(timer as { unref?: () => void }).unref?.()
}
