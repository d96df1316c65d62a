import { defineMachine, handleOutputs, type RunOf } from '@xmachines/core'
import pRetry from 'p-retry'

type Price = { at: 'unknown' } | { at: 'asking' } | { at: 'known'; cents: number } | { at: 'failed'; why: string }
type PriceEvent = { type: 'ASK' | 'CANCEL' } | { type: 'ANSWERED'; cents: number } | { type: 'FAILED'; why: string }
type PriceOutput = { type: 'fetch' }

export const price = defineMachine<Price, PriceEvent, PriceOutput>({
  name: 'price',
  version: '1',
  initial: { at: 'unknown' },
  on: {
    ASK: (_price, _event, emit) => {
      emit({ type: 'fetch' })
      return { at: 'asking' }
    },
    CANCEL: () => ({ at: 'unknown' }),
    ANSWERED: (_price, { cents }) => ({ at: 'known', cents }),
    FAILED: (_price, { why }) => ({ at: 'failed', why }),
  },
})

type Ask = (key: string, signal: AbortSignal) => Promise<number>

export function handlePrice(run: RunOf<typeof price>, ask: Ask): Promise<number> {
  return handleOutputs(run, {
    fetch: {
      handle: async (_output, { key, signal }) => {
        try {
          // The key is the same each time, so the server can tell a second try from a second request.
          const cents = await pRetry(() => ask(key, signal), { retries: 3, minTimeout: 10, signal })
          return { type: 'ANSWERED', cents }
        } catch (error) {
          return { type: 'FAILED', why: error instanceof Error ? error.message : String(error) }
        }
      },
      // CANCEL stops the trying, another ASK takes over, and so many tries are enough.
      while: ({ at }) => at === 'asking',
      latest: true,
      timeout: 60_000,
      onTimeout: () => ({ type: 'FAILED', why: 'There was no answer in a minute.' }),
    },
  })
}
