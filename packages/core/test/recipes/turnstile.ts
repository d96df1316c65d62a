import { defineMachine } from '@xmachines/core'

type Turnstile = { at: 'locked' } | { at: 'open' }
type TurnstileEvent = { type: 'COIN' } | { type: 'PUSH' }

export const turnstile = defineMachine<Turnstile, TurnstileEvent, { type: 'click' }>({
  name: 'turnstile',
  version: '1',
  initial: { at: 'locked' },
  states: {
    locked: { COIN: 'open' },
    open: {
      PUSH: (_turnstile, _event, emit) => {
        emit({ type: 'click' })
        return { at: 'locked' }
      },
    },
  },
})
