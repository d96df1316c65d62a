// The runs that this page is connected to: one for each URL and machine, however many components use it. It is closed once the last
// of these has unmounted and what is pending is sent.

import type { Connected } from '@xmachines/http'

/** A run that components share. */
export interface SharedConnection<ARun> {
  readonly run: ARun
  /** Keeps it open; returns a function that stops keeping it. */
  hold(): () => void
}

interface Entry extends SharedConnection<Connected> {
  readonly machine: unknown
  readonly holders: number
}

const connections = new Map<string, Entry[]>()

/** Milliseconds after which a run is forgotten that was made for a component which never committed. */
const UNCLAIMED = 30_000

/** The run of a URL and a machine. It is made if there is none that is open or in use. */
export function sharedConnection<ARun extends Connected>(
  url: string,
  machine: unknown,
  connect: () => ARun,
): SharedConnection<ARun> {
  const entries = connections.get(url) ?? []
  const known = entries.find((entry) => entry.machine === machine && (entry.holders > 0 || !entry.run.isClosed))
  // A machine makes runs of one type.
  if (known !== undefined) return known as unknown as SharedConnection<ARun>
  const run = connect()
  const entry = start(run, machine, () => {
    const left = (connections.get(url) ?? []).filter((one) => one !== entry)
    if (left.length === 0) connections.delete(url)
    else connections.set(url, left)
  })
  connections.set(url, [...entries, entry])
  return entry as unknown as SharedConnection<ARun>
}

function start(run: Connected, machine: unknown, forget: () => void): Entry {
  let holders = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function closeAfter(milliseconds: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void closeUnlessHeld(), milliseconds)
  }

  async function closeUnlessHeld(): Promise<void> {
    // What is pending is sent first, however long the server is away. If it never is, the run says why.
    await run.flush().catch(() => undefined)
    if (holders > 0) return
    forget()
    run.close()
  }

  closeAfter(UNCLAIMED)
  return {
    run,
    machine,
    get holders() {
      return holders
    },
    hold() {
      holders += 1
      clearTimeout(timer)
      return () => {
        holders -= 1
        // StrictMode and a refresh give up their hold and take it again in the same task.
        if (holders === 0) closeAfter(0)
      }
    },
  }
}
