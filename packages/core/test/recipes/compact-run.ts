import { createRun, defineMachine } from '@xmachines/core'
import { openShared, type RunStore, recordRun, type SharedRun } from '@xmachines/core/store'

type Draft = { title: string }
type DraftEvent = { type: 'TYPED'; title: string }

export const draft = defineMachine<Draft, DraftEvent, never, Draft | undefined>({
  name: 'draft',
  version: '1',
  initial: (input) => input ?? { title: '' },
  on: { TYPED: (_draft, { title }) => ({ title }) },
})

type DraftRun = SharedRun<Draft, DraftEvent, never, Draft | undefined>

/** Begins a new run with the state of an old one, under its name. The old run stays in the store. */
export async function compact(store: RunStore, key: string, old: DraftRun): Promise<DraftRun> {
  await old.flush()
  const fresh = createRun(draft, { input: old.state })
  await recordRun(fresh, store).stop()
  const isFirst = await store.rename(key, old.id, fresh.id)
  if (!isFirst) throw new Error('another tab has compacted it: open it again')
  old.close()
  return await openShared(store, fresh.id, draft)
}
