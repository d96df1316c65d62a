/** The machine whose runs are measured. */
import { defineMachine, type Machine } from '@xmachines/core'

interface Inc {
  readonly type: 'INC'
  readonly by: number
}

export const counter: Machine<{ readonly count: number }, Inc, never, undefined> = defineMachine<
  { readonly count: number },
  Inc
>({
  name: 'counter',
  version: '1',
  initial: { count: 0 },
  on: { INC: ({ count }, { by }) => ({ count: count + by }) },
})
