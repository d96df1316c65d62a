// A process with a page of its own that mounts and unmounts components, and reports what it still holds. Run with
// --expose-gc.

import { createRun, type Run } from '@xmachines/core'
import { JSDOM } from 'jsdom'

const { window } = new JSDOM('<!doctype html><div id="root"></div>', { pretendToBeVisual: true })
Object.assign(globalThis, {
  window,
  document: window.document,
  requestAnimationFrame: window.requestAnimationFrame.bind(window),
  cancelAnimationFrame: window.cancelAnimationFrame.bind(window),
})

// React looks for the page when it is imported.
const { createElement, Fragment, StrictMode, version } = await import('react')
const { createRoot } = await import('react-dom/client')
const { flushSync } = await import('react-dom')
const { createRunContext, useOutputs, useRun, useRunError, useSend, useSnapshot } = await import('@xmachines/react')
const { counter } = await import('./machines.ts')

const ROUNDS = 150
const Counter = createRunContext(counter)

/** Made in a component, or handed to one, and shown, followed, sent to. */
const runs: WeakRef<object>[] = []
/** Outlives every page. */
const shared = createRun(counter)

type CounterRun = Run<
  { count: number },
  { type: 'INC' } | { type: 'BREAK' } | { type: 'REFUSED' },
  { type: 'counted'; count: number }
>

function Uses({ run }: { run: CounterRun }) {
  useOutputs(run, { counted: () => undefined })
  useRunError(run, () => undefined)
  useSend(run)
  useSnapshot(run)
  return createElement(
    'p',
    null,
    useSnapshot(run.snapshot, ({ state }) => state.count),
  )
}

function Page({ given }: { given: CounterRun }) {
  const own = useRun(counter)
  runs.push(new WeakRef(own))
  const uses = [own, given, shared].map((run, key) => createElement(Uses, { key, run }))
  return createElement(Counter.Provider, { run: given }, ...uses)
}

async function visit(Mode: typeof Fragment): Promise<void> {
  const container = window.document.createElement('div')
  const given = createRun(counter)
  runs.push(new WeakRef(given))
  const root = createRoot(container)
  flushSync(() => root.render(createElement(Mode, null, createElement(Page, { given }))))
  await nextTurn()
  const writer = given.in.getWriter()
  await writer.write([{ type: 'INC' }, { type: 'INC' }])
  given.in.send({ type: 'REFUSED' })
  given.in.send({ type: 'INC' })
  await nextTurn()
  if (!container.textContent.includes('3')) throw new Error(`the page shows ${container.textContent}`)
  flushSync(() => root.unmount())
  await nextTurn()
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}

async function heldHeap(): Promise<number> {
  for (let time = 0; time < 4; time++) {
    // A WeakRef holds on to its target for as long as the job in which it was made.
    await nextTurn()
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}

async function visits(): Promise<number> {
  for (let round = 0; round < ROUNDS; round++) await visit(round % 2 === 0 ? Fragment : StrictMode)
  return heldHeap()
}

// The first rounds fill what React, the page and the engine keep for good.
const before = await visits()
const after = await visits()
const alive = runs.filter((run) => run.deref() !== undefined).length
console.log(JSON.stringify({ react: version, pages: 2 * ROUNDS, runs: runs.length, alive, grown: after - before }))
window.close()
