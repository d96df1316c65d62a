// Lists the runs of the store, with how far their outputs have settled.

import type { ListedRun, ListOptions } from '@xmachines/core/store'
import { listRuns, type RecordedRun } from '../read/list-runs.ts'
import { outputsSoFar } from '../record/settled-outputs.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { endOf, receiptsOf } from './stored-run.ts'

/** How many runs are looked at together. */
const GROUP = 64

/** The runs of a repository; what cannot be listed is thrown after those that can. */
export async function* listStored(
  context: RepositoryContext,
  { machine, unsettled = false }: ListOptions,
): AsyncGenerator<ListedRun, void> {
  const { name, version } = machine ?? {}
  const filter = name === undefined ? {} : { machine: version === undefined ? name : { name, version } }
  let group: RecordedRun[] = []
  let failure: { readonly thrown: unknown } | undefined
  const look = async (): Promise<ListedRun[]> => {
    const listed = await Promise.all(group.map((run) => listedRun(context, run)))
    group = []
    return listed.filter(({ position, settled }) => !unsettled || settled < position)
  }
  try {
    for await (const run of listRuns(context, filter)) {
      group.push(run)
      if (group.length === GROUP) yield* await look()
    }
  } catch (thrown) {
    failure = { thrown }
  }
  yield* await look()
  if (failure !== undefined) throw failure.thrown
}

async function listedRun(context: RepositoryContext, run: RecordedRun): Promise<ListedRun> {
  const { id, machine } = run
  const receipts = await receiptsOf(context, run)
  // What was not counted has settled, so it makes no difference here.
  const { position, settled } = await outputsSoFar(context, run, receipts.latest)
  return { id, ...endOf(run, receipts), machine, position, settled }
}
