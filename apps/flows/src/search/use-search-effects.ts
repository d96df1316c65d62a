// The effects of a search: handles the outputs of its machine, and returns the answers as events.

import type { Run } from '@xmachines/core'
import { useOutputs } from '@xmachines/react'

import type { Clock } from './clock.ts'
import type { Search, SearchEvent, SearchOutput } from './search.ts'
import type { Server } from './server.ts'

/** Waits and sends requests for a run, while the component is mounted. */
export function useSearchEffects(run: Run<Search, SearchEvent, SearchOutput>, clock: Clock, server: Server): void {
  useOutputs(run, {
    wait: {
      handle: async ({ milliseconds }, { signal }) => {
        await clock.wait(milliseconds, signal)
        return { type: 'TIME_UP' }
      },
      while: ({ at }) => at === 'typing' || at === 'resting',
      // Each edit waits anew.
      latest: true,
    },
    ask: {
      handle: async ({ query }, { signal }) => {
        try {
          return { type: 'ANSWERED', ...(await server.search({ query, signal })) }
        } catch {
          return { type: 'FAILED' }
        }
      },
      while: ({ at }) => at === 'asking',
    },
  })
}
