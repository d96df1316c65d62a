// One side of a relay: takes runs, and pushes them, until all are done. If the other side was faster, it gives up its
// take, as docs/git.md shows, and looks again.

import type { RunOf } from '@xmachines/core'
import { GitError, openRepository } from '@xmachines/git'
import { relay, type Side } from './relay.ts'
import { git } from './repositories.ts'

const [side, directory = '', ...ids] = process.argv.slice(2) as [Side, ...string[]]
const repository = await openRepository(directory)
const tell = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** The runs that are not done, as they were when this side last looked. */
const open = new Map<string, RunOf<typeof relay> | undefined>(ids.map((id) => [id, undefined]))
while (open.size > 0) {
  for (const { id, head, error } of await repository.fetch('hub', 'all')) {
    if (error !== undefined) throw error
    if (!open.has(id)) continue
    const known = open.get(id)
    const run = known !== undefined && known.head === head ? known : await repository.open(relay, id)
    open.set(id, run)
    await take(run)
  }
}
await repository.close()

/** Pushes a run; resolves with both heads if the other side was faster. */
async function push(id: string): Promise<{ recorded: string; remote: string } | undefined> {
  try {
    await repository.push('hub', id)
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof GitError) || thrown.heads?.remote === undefined) throw thrown
    return { recorded: thrown.heads.recorded, remote: thrown.heads.remote }
  }
}

/** Takes a run unless it is the other side's turn; then it mostly leaves the run alone, but not always. */
async function take(run: RunOf<typeof relay>): Promise<void> {
  const { id, snapshot } = run
  const { status, state } = snapshot.current
  if (status === 'done') open.delete(id)
  if (status === 'done' || (state.last === side && Math.random() < 0.8)) return
  const number = state[side] + 1
  run.in.send({ type: 'TAKE', by: side, number })
  await repository.record(run).stop()
  const heads = await push(id)
  tell(`${heads === undefined ? 'took' : 'lost'} ${id} ${side} ${number}`)
  if (heads === undefined) return
  git(directory, 'update-ref', `refs/lost/relay/${id}/${heads.recorded}`, heads.recorded)
  git(directory, 'update-ref', `refs/runs/relay/${id}`, heads.remote, heads.recorded)
}
