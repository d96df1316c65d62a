'use client'

// How a run is connected, in a component.

import type { Connected } from '@xmachines/http'
import { useMemo, useSyncExternalStore } from 'react'

/** How a run is connected at the moment. */
export type ConnectionStatus = Pick<Connected, 'connection' | 'pending' | 'problem' | 'isClosed'>

/**
 * How a run is connected. The component renders again when that changes.
 *
 * @param run a run of `useConnectedRun` or `connectRun`
 * @returns whether it is live, how many batches the server has not confirmed yet, and what is wrong
 */
export function useConnection(run: Pick<Connected, keyof ConnectionStatus | 'onChange'>): ConnectionStatus {
  const status = useMemo(() => statusOf(run), [run])
  return useSyncExternalStore(run.onChange, status, () => AT_THE_SERVER)
}

/** What a server renders, and hydration begins with. */
const AT_THE_SERVER: ConnectionStatus = { connection: 'connecting', pending: 0, problem: undefined, isClosed: false }

/** A function that gives the status of a run: the same object until it changes. */
function statusOf(run: ConnectionStatus): () => ConnectionStatus {
  let latest: ConnectionStatus = AT_THE_SERVER
  return () => {
    const { connection, pending, problem, isClosed } = run
    const isSame =
      latest.connection === connection &&
      latest.pending === pending &&
      latest.problem === problem &&
      latest.isClosed === isClosed
    if (!isSame) latest = { connection, pending, problem, isClosed }
    return latest
  }
}
