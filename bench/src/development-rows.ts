// The rows about core in development mode. They are bundled apart, because a bundle has one mode.

import { measure } from './harness.ts'
import { actorChanged, runChanged } from './large-state.ts'
import { named } from './named-rows.ts'
import { alone, type Figure, type Line, middleOf } from './verdict.ts'

const rows: Readonly<Record<string, () => Promise<Line[]>>> = {
  rows: async () => {
    const [ours, peer] = (await measure([runChanged, actorChanged])).map(middleOf) as [Figure, Figure]
    return [alone('rows', 'ns', ours, peer, 1e6, '1 ms')]
  },
}

export const { rowNames, measureRow } = named(rows)
