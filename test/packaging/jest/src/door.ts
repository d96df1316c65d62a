import { defineMachine } from '@xmachines/core'

type Door = { at: 'closed' } | { at: 'open' }

export const door = defineMachine<Door, { type: 'OPEN' } | { type: 'CLOSE' }>({
  name: 'door',
  version: '1',
  initial: { at: 'closed' },
  states: { closed: { OPEN: 'open' }, open: { CLOSE: 'closed' } },
})
