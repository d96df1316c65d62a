/** A page that shows a connected run in a button, and has a worker that is connected to the same. */
import { connectRun, pendingIn } from '@xmachines/http'
import { counter } from './counter.ts'

// The URL of the run is relative, as an app writes it.
const id = new URLSearchParams(location.search).get('run') ?? ''
const url = `/api/r/${id}`
const history = (await (await fetch(`${url}/history`)).json()) as never
const run = connectRun(url, counter, { history, store: pendingIn(localStorage) })

const button = document.createElement('button')
const show = (): void => {
  button.textContent = `clicked ${run.state} times`
}
show()
run.snapshot.subscribe(show)
button.addEventListener('click', () => void run.in.send({ type: 'ADDED', by: 1 }))
document.body.append(button)

const worker = new Worker(`/worker.js?run=${id}`, { type: 'module' })
let inWorker: unknown
worker.addEventListener('message', ({ data }) => {
  inWorker = data as unknown
})

const connected = {
  add: (by: number) => void run.in.send({ type: 'ADDED', by }),
  addInWorker: (by: number) => worker.postMessage(by),
  shown: () => ({ state: run.state, pending: run.pending, connection: run.connection, problem: run.problem?.message }),
  inWorker: () => inWorker,
}

declare global {
  interface Window {
    connected: typeof connected
  }
}

window.connected = connected
