// A draft of an invitation as a machine, in two versions: the second has names of its own for events, and one more field.

import { defineMachine, type Machine } from '@xmachines/core'

/** The draft of an invitation. */
export interface Draft {
  readonly title: string
  readonly message: string
}

/** The events of version 1. */
export type DraftEvent =
  | { readonly type: 'TITLE'; readonly text: string }
  | { readonly type: 'MESSAGE'; readonly text: string }

export const draft1: Machine<Draft, DraftEvent> = defineMachine<Draft, DraftEvent>({
  name: 'draft',
  version: '1',
  initial: { title: '', message: '' },
  on: {
    TITLE: (draft, { text }) => ({ ...draft, title: text }),
    MESSAGE: (draft, { text }) => ({ ...draft, message: text }),
  },
})

/** The draft of version 2, which has a place too. */
export interface DraftWithPlace extends Draft {
  readonly place: string
}

/** The events of version 2. */
export type DraftWithPlaceEvent =
  | { readonly type: 'TITLE_TYPED'; readonly text: string }
  | { readonly type: 'MESSAGE_TYPED'; readonly text: string }
  | { readonly type: 'PLACE_TYPED'; readonly text: string }

export const draft2: Machine<DraftWithPlace, DraftWithPlaceEvent> = defineMachine<DraftWithPlace, DraftWithPlaceEvent>({
  name: 'draft',
  version: '2',
  initial: { title: '', message: '', place: '' },
  on: {
    TITLE_TYPED: (draft, { text }) => ({ ...draft, title: text }),
    MESSAGE_TYPED: (draft, { text }) => ({ ...draft, message: text }),
    PLACE_TYPED: (draft, { text }) => ({ ...draft, place: text }),
  },
})

/** The events of version 1 as those of version 2. */
export const renamed: Readonly<Record<DraftEvent['type'], DraftWithPlaceEvent['type']>> = {
  TITLE: 'TITLE_TYPED',
  MESSAGE: 'MESSAGE_TYPED',
}
