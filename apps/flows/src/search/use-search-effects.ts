// The effects of a search: handles the outputs of its machine, and returns the answers as events.

import type { Run } from '@xmachines/core'
import { useOutputs } from '@xmachines/react'
import { useRef, useState } from 'react'

import type { Clock } from './clock.ts'
import type { Search, SearchEvent, SearchOutput } from './search.ts'
import type { Server } from './server.ts'

interface SearchEffectsOptions {
  readonly clock: Clock
  readonly server: Server
  /** Whether outdated requests are aborted. */
  readonly aborting: boolean
}

/**
 * Waits and sends requests for a run, while the component is mounted.
 *
 * @returns the turns whose requests were dropped without an abort: their answers come too late
 */
export function useSearchEffects(
  run: Run<Search, SearchEvent, SearchOutput>,
  { clock, server, aborting }: SearchEffectsOptions,
): readonly number[] {
  const [dropped, setDropped] = useState<readonly number[]>([])
  /** The latest wait or request, and its abort controller. */
  const latest = useRef<{ readonly isRequest: boolean; readonly stop: AbortController }>(undefined)

  function begin(isRequest: boolean, unmounted: AbortSignal): AbortSignal {
    const stop = new AbortController()
    latest.current = { isRequest, stop }
    return AbortSignal.any([stop.signal, unmounted])
  }

  useOutputs(run, {
    wait: async ({ turn, milliseconds }, { signal }) => {
      const stopped = begin(false, signal)
      await clock.wait(milliseconds, stopped)
      return stopped.aborted ? undefined : { type: 'TIME_UP', turn }
    },
    ask: async ({ turn, query }, { signal }) => {
      const stopped = begin(true, signal)
      try {
        return { type: 'ANSWERED', turn, ...(await server.search({ turn, query, signal: stopped })) }
      } catch {
        return stopped.aborted ? undefined : { type: 'FAILED', turn }
      }
    },
    drop: ({ turn }) => {
      if (latest.current?.isRequest === true && !aborting) setDropped((before) => [...before, turn])
      else latest.current?.stop.abort()
    },
  })
  return dropped
}
