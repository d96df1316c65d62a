// One side of a relay: takes runs, and pushes that, until all are done. Where the other side was faster, it gives up what
// it took, as docs/git.md shows, and looks again.

import { GitError, openRepository } from '@xmachines/git'
import { relay, type Side } from './relay.ts'
import { git } from './repositories.ts'

const [side, directory = '', ...ids] = process.argv.slice(2) as [Side, ...string[]]
const repository = await openRepository(directory)
const tell = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

for (const due = new Set(ids); due.size > 0; ) {
  const [id] = [...due].toSorted(() => Math.random() - 0.5) as [string]
  await repository.fetch('hub', id)
  const run = await repository.open(relay, id)
  const { status, state } = run.snapshot.current
  if (status === 'done') due.delete(id)
  // Mostly it is for the other to take, but not always.
  if (status === 'done' || (state.last === side && Math.random() < 0.8)) continue
  const number = state[side] + 1
  run.in.send({ type: 'TAKE', by: side, number })
  await repository.record(run).stop()
  const heads = await push(id)
  if (heads === undefined) {
    tell(`took ${id} ${side} ${number}`)
    continue
  }
  tell(`lost ${id} ${side} ${number}`)
  git(directory, 'update-ref', `refs/lost/relay/${id}/${heads.recorded}`, heads.recorded)
  git(directory, 'update-ref', `refs/runs/relay/${id}`, heads.remote, heads.recorded)
}
await repository.close()

/** Pushes a run; answers with both ends where the other side was faster. */
async function push(id: string): Promise<{ recorded: string; remote: string } | undefined> {
  try {
    await repository.push('hub', id)
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof GitError) || thrown.heads?.remote === undefined) throw thrown
    return { recorded: thrown.heads.recorded, remote: thrown.heads.remote }
  }
}
