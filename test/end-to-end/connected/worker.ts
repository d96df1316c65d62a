/** A worker that is connected to a run. */
import { fetchRun } from '@xmachines/http'
import { counter } from './counter.ts'

const id = new URLSearchParams(location.search).get('run') ?? ''
const run = await fetchRun(`/api/r/${id}`, counter)
run.snapshot.subscribe(() => postMessage(run.state))
addEventListener('message', ({ data }) => void run.in.send({ type: 'ADDED', by: Number(data) }))
postMessage(run.state)
