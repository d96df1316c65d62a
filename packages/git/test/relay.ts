// Two processes with a repository each and one between them, served over HTTP, hand runs to each other, both at once.

import { spawn } from 'node:child_process'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { createRun, defineMachine, type Machine } from '@xmachines/core'
import { openRepository } from '@xmachines/git'
import { serveGit } from './git-server.ts'
import { git, makeFolder, makeRepository } from './repositories.ts'

export type Side = 'left' | 'right'
/** One side takes a run. Its takes are numbered, which shows whether one is lost or doubled. */
export type Take = { type: 'TAKE'; by: Side; number: number }
export type RelayState = { last: Side | 'nobody'; handOvers: number; left: number; right: number }

/** Counts how often the run went from one side to the other, and is done after a number of them. */
export const relay: Machine<RelayState, Take, never, { until: number }> = defineMachine({
  name: 'relay',
  version: '1',
  initial: (_input: { until: number }): RelayState => ({ last: 'nobody', handOvers: 0, left: 0, right: 0 }),
  transition: (state: RelayState, { by, number }: Take): RelayState => {
    if (number !== state[by] + 1) throw new Error(`${by} took ${state[by]} times, and this is number ${number}`)
    const handOvers = state.handOvers + (state.last === by ? 0 : 1)
    return { ...state, [by]: number, last: by, handOvers }
  },
  isDone: ({ handOvers }: RelayState) => handOvers >= UNTIL,
})

/** After how many hand-overs a run is done. */
const UNTIL = Number(process.env['RELAY_UNTIL'] ?? 10)

/** The result. */
export interface Relayed {
  readonly handOvers: number
  /** Takes that were pushed, as the sides say. */
  readonly taken: readonly string[]
  /** Takes that are in the histories between them. */
  readonly found: readonly string[]
  /** How often a side learned that the other had continued the run. */
  readonly lost: number
  /** The heads of the histories in each of the three repositories. */
  readonly heads: readonly (readonly string[])[]
  /** The faults that Git finds in them. */
  readonly faults: readonly string[]
  readonly seconds: number
}

/** Hands some runs over until each is done, after `RELAY_UNTIL` hand-overs. */
export async function runRelay(runs: number): Promise<Relayed> {
  const folder = makeFolder()
  const server = await serveGit(folder.path)
  try {
    const hub = await makeRepository(folder)
    // However long a push holds a ref, the other side waits for it.
    git(hub.directory, 'config', 'core.filesRefLockTimeout', '60000')
    const sides = { left: await makeRepository(folder), right: await makeRepository(folder) }
    const ids: string[] = []
    for (const side of Object.values(sides)) await side.addRemote('hub', `${server.url}/${basename(hub.directory)}`)
    for (let at = 0; at < runs; at++) {
      const run = createRun(relay, { input: { until: UNTIL } })
      ids.push(run.id)
      await sides.left.record(run).stop()
      await sides.left.push('hub', run.id)
    }
    const begin = performance.now()
    const results = await Promise.all(
      Object.entries(sides).map(([side, { directory }]) => runSide(side as Side, directory, ids)),
    )
    const seconds = (performance.now() - begin) / 1000

    // Read by a repository that took no part.
    const between = await openRepository(hub.directory)
    const found: string[] = []
    let handOvers = 0
    for (const id of ids) {
      handOvers += (await between.open(relay, id)).snapshot.current.state.handOvers
      for await (const record of between.history(id)) {
        if (!('events' in record)) continue
        for (const event of record.events as readonly unknown[] as readonly Take[])
          found.push(`${id} ${event.by} ${event.number}`)
      }
    }
    for (const side of Object.values(sides)) await side.fetch('hub', 'all')
    const all = [hub, ...Object.values(sides)].map(({ directory }) => directory)
    return {
      handOvers,
      found,
      taken: results.flatMap(({ taken }) => taken),
      lost: results.reduce((sum, { lost }) => sum + lost, 0),
      heads: all.map((directory) => git(directory, 'for-each-ref', '--format=%(objectname)', 'refs/runs').split('\n')),
      faults: all.map((directory) => git(directory, 'fsck', '--strict', '--full', '--no-dangling')),
      seconds,
    }
  } finally {
    await server.kill()
    folder.remove()
  }
}

async function runSide(
  side: Side,
  directory: string,
  ids: readonly string[],
): Promise<{ readonly taken: readonly string[]; readonly lost: number }> {
  const script = join(import.meta.dirname, 'relay-child.ts')
  const child = spawn(process.execPath, ['--conditions=@xmachines/source', script, side, directory, ...ids], {
    env: { ...process.env, RELAY_UNTIL: String(UNTIL) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text
  })
  const taken: string[] = []
  let lost = 0
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('took ')) taken.push(line.slice(5))
    else lost++
  }
  if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve))
  if (child.exitCode !== 0) throw new Error(`${side} ended with ${String(child.exitCode)}: ${complaints}`)
  return { taken, lost }
}
