// Fills a store with many runs, of which a few have outputs that have not settled.

import { createRun, defineMachine, type Machine, type Run } from '@xmachines/core'

interface Inc {
  readonly type: 'INC'
}

interface Made {
  readonly type: 'made'
}

const listed: Machine<number, Inc, Made, boolean> = defineMachine<number, Inc, Made, boolean>({
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

/** Records a run; resolves once it is kept. */
type Keep = (run: Run<number, Inc, Made, boolean>) => Promise<unknown>

/** Keeps so many runs; the last few have an output that nobody has handled. */
export async function addRuns(keep: Keep, count: number, unsettled: number): Promise<void> {
  for (let from = 0; from < count; from += GROUP) {
    const group = Array.from({ length: Math.min(GROUP, count - from) }, (_, at) => from + at >= count - unsettled)
    await Promise.all(group.map((input) => keep(createRun(listed, { input }))))
  }
}
