// Where `useOutputs` finds who handles the outputs of a run that is kept in a store. An entry for the runs of
// `usePersistentRun` only, so that a page without one does not ship what handles them.

import type { OutputHandlers } from '@xmachines/core'
import type { MakeFollower } from './follow-port.ts'

/** Takes the handlers of a component, for as long as it is mounted. */
export type OfferHandlers = MakeFollower<OutputHandlers<unknown, unknown, unknown>>

/** The runs whose outputs are handled once, whichever component or tab has a handler. */
export const handledOnce: WeakMap<object, OfferHandlers> = new WeakMap()
