// How the tabs of one database learn of appends. A message is only a reason to read the database.

import { whenStopped } from './page-life.ts'

/** What was appended. */
interface Change {
  readonly id: string
  readonly sequence: number
}

/** Appends of this tab and of others. */
export interface Changes {
  /** Tells everybody of an append. */
  tell(change: Change): void
  /** Calls a listener at each append to a run; returns a function that ends this. */
  listen(id: string, listener: (sequence: number) => void): () => void
  close(): void
}

/**
 * Opens the channel of a database. It is opened for the first who tells or listens, so that an idle store holds nothing. It is
 * closed when the page stops: browsers keep no page for the way back that a message comes to.
 */
export function openChanges(name: string): Changes {
  const listeners = new Map<string, Set<(sequence: number) => void>>()
  let channel: BroadcastChannel | undefined
  let forget = (): void => undefined
  /** What other tabs have not been notified of: of each run the latest. */
  const untold = new Map<string, Change>()
  /** Calls back in a task of its own. Posting takes as long as a tenth of an append, so the next one is asked for before. */
  let later: MessageChannel | undefined

  function open(): BroadcastChannel | undefined {
    // Without channels other tabs are noticed when the database is looked at again.
    if (channel !== undefined || typeof BroadcastChannel === 'undefined') return channel
    channel = new BroadcastChannel(`xmachines:${name}`)
    channel.onmessage = ({ data }: MessageEvent<Change>) => notify(data)
    forget = whenStopped(close)
    return channel
  }

  function notify({ id, sequence }: Change): void {
    for (const listener of listeners.get(id) ?? []) listener(sequence)
  }

  function tellOthers(): void {
    for (const change of untold.values()) open()?.postMessage(change)
    untold.clear()
  }

  function close(): void {
    tellOthers()
    later?.port1.close()
    later = undefined
    forget()
    channel?.close()
    channel = undefined
  }

  function soon(): void {
    if (later === undefined) {
      later = new MessageChannel()
      later.port1.onmessage = tellOthers
    }
    later.port2.postMessage(undefined)
  }

  return {
    tell(change) {
      notify(change)
      untold.set(change.id, change)
      if (untold.size === 1) soon()
    },
    listen(id, listener) {
      open()
      const all = listeners.get(id) ?? new Set()
      listeners.set(id, all.add(listener))
      return () => {
        all.delete(listener)
        if (all.size === 0) listeners.delete(id)
      }
    },
    close,
  }
}
