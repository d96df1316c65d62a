import { defineMachine, refuse } from '@xmachines/core'
import { z } from 'zod'

type TillEvent = { type: 'PAID' | 'TAKEN'; cents: number } | { type: 'CLOSED' }

export const till = defineMachine<{ at: 'open' | 'closed'; cents: number }, TillEvent>({
  name: 'till',
  version: '1',
  initial: { at: 'open', cents: 0 },
  events: z.union([
    z.object({ type: z.enum(['PAID', 'TAKEN']), cents: z.number().int() }),
    z.object({ type: z.literal('CLOSED') }),
  ]),
  on: {
    PAID: (state, { cents }) => ({ ...state, cents: state.cents + cents }),
    TAKEN: (state, { cents }) =>
      cents > state.cents
        ? refuse('Too little is there.', { left: state.cents })
        : { ...state, cents: state.cents - cents },
    CLOSED: (state) => ({ ...state, at: 'closed' }),
  },
  final: ['closed'],
})
