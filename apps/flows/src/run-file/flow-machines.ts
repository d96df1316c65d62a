// The machines of all flows, so that a run file is opened by the name of its machine.

import type { Machine, RunEvent } from '@xmachines/core'

import { cells } from '../cells/cells.ts'
import { chat } from '../chat/chat.ts'
import { checkout } from '../checkout/checkout.ts'
import { door } from '../door/door.ts'
import { draft1, draft2 } from '../draft/draft.ts'
import { counter } from '../errors/counter.ts'
import { order } from '../introduction/order.ts'
import { packingList } from '../save-restore/packing-list.ts'
import { search } from '../search/search.ts'
import { pixels } from '../time-machine/pixels.ts'
import { tiles } from '../time-machine/tiles.ts'
import { trafficLight } from '../traffic-light/traffic-light.ts'
import { stadium } from '../turnstiles/stadium.ts'

/** A machine of any types. */
export type AnyMachine = Machine<unknown, RunEvent, unknown, unknown>

// The interface of a machine is the same whatever its types are, and `restoreRun` checks what it is given.
export const flowMachines = [
  cells,
  chat,
  checkout,
  counter,
  door,
  draft1,
  draft2,
  order,
  packingList,
  pixels,
  search,
  stadium,
  tiles,
  trafficLight,
] as readonly unknown[] as readonly AnyMachine[]
