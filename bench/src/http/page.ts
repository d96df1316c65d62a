/** A page whose button shows a number that many pages share, and counts up: that of a run, or of a bare server. */
import { fetchRun } from '@xmachines/http'
import { counter } from './counter.ts'

/** What a page keeps the number in. */
export type Shared = 'run' | 'bare'

const button = document.createElement('button')
let count = -1
let clickedAt = 0
let shown: (at: number) => void = () => undefined

/** Connects the page, once. */
async function connect(shared: Shared, url: string): Promise<void> {
  const click = shared === 'run' ? await connectToRun(url) : await connectToBare(url)
  button.addEventListener('click', (event) => {
    clickedAt = onSharedClock(event.timeStamp)
    click()
  })
  document.body.append(button)
}

/** When the button was clicked last, by a clock that all pages share. */
function lastClick(): number {
  return clickedAt
}

/** Resolves when a frame has the number, with the time by a clock that all pages share. */
async function untilShown(wanted: number): Promise<number> {
  while (count < wanted) await new Promise<number>((resolve) => (shown = resolve))
  return await new Promise((resolve) => requestAnimationFrame(() => resolve(onSharedClock(performance.now()))))
}

async function connectToRun(url: string): Promise<() => void> {
  const run = await fetchRun(url, counter)
  const update = (): void => show(run.state.count)
  run.snapshot.subscribe(update)
  update()
  return () => void run.in.send({ type: 'INC', by: 1 })
}

async function connectToBare(url: string): Promise<() => void> {
  const events = new EventSource(url)
  events.addEventListener('message', ({ data }) => show(Number(data)))
  await new Promise((resolve) => {
    events.onopen = resolve
  })
  show(0)
  return () => void fetch(url, { method: 'POST' })
}

function show(latest: number): void {
  count = latest
  button.textContent = String(count)
  shown(onSharedClock(performance.now()))
}

function onSharedClock(time: number): number {
  return performance.timeOrigin + time
}

const clicks = { connect, lastClick, untilShown }

declare global {
  interface Window {
    clicks: typeof clicks
  }
}

window.clicks = clicks
