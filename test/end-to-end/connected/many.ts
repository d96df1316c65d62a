/** A page that is connected to many runs, and to the list of them. */
import { connectList, fetchRun } from '@xmachines/http'
import { counter } from './counter.ts'

const ids = new URLSearchParams(location.search).get('runs')?.split(',') ?? []
const runs = await Promise.all(ids.map((id) => fetchRun(`/api/r/${id}`, counter)))
for (const run of runs) run.snapshot.subscribe(() => undefined)
const list = connectList('/api/r', { machine: 'counter' })
list.subscribe(() => undefined)

const many = {
  shown: () => ({
    live: runs.filter(({ connection }) => connection === 'live').length,
    states: runs.map(({ state }) => state),
    listed: list.current.runs.length,
  }),
  addToEach() {
    for (const [at, run] of runs.entries()) run.in.send({ type: 'ADDED', by: at + 1 })
  },
  pending: () => runs.reduce((sum, { pending }) => sum + pending, 0),
}

declare global {
  interface Window {
    many: typeof many
  }
}

window.many = many
