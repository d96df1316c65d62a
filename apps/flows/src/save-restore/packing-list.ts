// A packing list as a machine: things to take along, each packed or not.

import { defineMachine, type Machine, refuse } from '@xmachines/core'

/** A thing to take along. */
export interface Thing {
  readonly name: string
  readonly packed: boolean
}

/** The events of a packing list. */
export type PackingEvent =
  | { readonly type: 'ADD'; readonly name: string }
  | { readonly type: 'PACK'; readonly name: string }
  | { readonly type: 'UNPACK'; readonly name: string }

export const packingList: Machine<readonly Thing[], PackingEvent> = defineMachine<readonly Thing[], PackingEvent>({
  name: 'packing-list',
  version: '1',
  initial: ['Passport', 'Toothbrush', 'Raincoat'].map((name) => ({ name, packed: false })),
  on: {
    ADD: (things, { name }) => {
      if (name.trim() === '') refuse('Enter the name of a thing.')
      if (things.some((thing) => thing.name === name)) refuse(`${name} is already on the list.`)
      return [...things, { name, packed: false }]
    },
    PACK: (things, { name }) => things.map((thing) => (thing.name === name ? { name, packed: true } : thing)),
    UNPACK: (things, { name }) => things.map((thing) => (thing.name === name ? { name, packed: false } : thing)),
  },
})
