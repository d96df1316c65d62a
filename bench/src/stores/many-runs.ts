// Fills a store with many runs, of which a few have outputs that have not settled.

import { createRun, defineMachine, type Machine } from '@xmachines/core'
import { type RunStore, recordRun } from '@xmachines/core/store'

const listed: Machine<number, { readonly type: 'INC' }, { readonly type: 'made' }, boolean> = defineMachine<
  number,
  { readonly type: 'INC' },
  { readonly type: 'made' },
  boolean
>({
  name: 'listed',
  version: '1',
  initial: (emits, emit) => {
    if (emits) emit({ type: 'made' })
    return 0
  },
  on: { INC: (count) => count + 1 },
})

/** How many are recorded at a time. */
const GROUP = 500

/** Records so many runs; the last few have an output that nobody has handled. */
export async function addRunsTo(store: RunStore, count: number, unsettled: number): Promise<void> {
  for (let from = 0; from < count; from += GROUP) {
    const group = Array.from({ length: Math.min(GROUP, count - from) }, (_, at) => from + at >= count - unsettled)
    await Promise.all(group.map((input) => recordRun(createRun(listed, { input }), store).stop()))
  }
}
