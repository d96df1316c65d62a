// A process that mounts and unmounts components on a page of its own, and reports what is still in memory. Run with
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

// React looks for the page when it is imported, so the page must be there first.
const { createElement, Fragment, StrictMode, version } = await import('react')
const { createRoot } = await import('react-dom/client')
const { flushSync } = await import('react-dom')
const { createRunContext, useOutputs, useRun, useRefusals, useSend, useSnapshot } = await import('@xmachines/react')
const { counter } = await import('./machines.ts')

const ROUNDS = 150
const Counter = createRunContext(counter)

/** The runs that components made or received, and used with every hook. */
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
  useRefusals(run, () => undefined)
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
    // A WeakRef keeps its target until the task in which it was made is over.
    await nextTurn()
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}

async function visits(): Promise<number> {
  for (let round = 0; round < ROUNDS; round++) await visit(round % 2 === 0 ? Fragment : StrictMode)
  return heldHeap()
}

// The first rounds fill the caches of React, the page and the engine.
const before = await visits()
const after = await visits()
const alive = runs.filter((run) => run.deref() !== undefined).length
console.log(JSON.stringify({ react: version, pages: 2 * ROUNDS, runs: runs.length, alive, grown: after - before }))
window.close()
