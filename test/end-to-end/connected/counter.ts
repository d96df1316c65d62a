/** The machine of the page, its worker and the server. */
import { defineMachine, type Machine } from '@xmachines/core'

interface Added {
  readonly type: 'ADDED'
  readonly by: number
}

export const counter: Machine<number, Added, never, undefined> = defineMachine<number, Added>({
  name: 'counter',
  version: '1',
  initial: 0,
  on: { ADDED: (count, { by }) => count + by },
})
