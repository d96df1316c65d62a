// A process that renders 5,000 times, reports what is still in memory, and ends by itself because nothing is left to
// do. Run with --expose-gc.

import { createRun, type Run } from '@xmachines/core'
import { useRun, useSend, useSnapshot } from '@xmachines/react'
import { createElement, type ReactNode, version } from 'react'
import { renderToString } from 'react-dom/server'
import { type CounterEvent, counter } from './machines.ts'

const RENDERS = 5000

type CounterRun = Run<{ count: number }, CounterEvent, { type: 'counted'; count: number }>

/** Outlives the pages; each page also has a run of its own. */
const shared = createRun(counter)
shared.in.send({ type: 'INC' })
const runs: WeakRef<CounterRun>[] = []

function Page(): ReactNode {
  const run = useRun(counter, { history: shared.toJSON() })
  runs.push(new WeakRef(run))
  useSend(run)
  useSend(shared)
  const own = useSnapshot(run, ({ state }) => state.count)
  return createElement('p', { id: run.id }, own, useSnapshot(shared).state.count)
}

/** Renders each page in a task of its own, as a server does for each request. */
async function renderPages(pages: number): Promise<void> {
  for (let page = 0; page < pages; page++) {
    await nextTurn()
    const html = renderToString(createElement(Page))
    if (!html.includes(shared.id)) throw new Error(`the page lacks the id of its run: ${html}`)
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** The size of the heap after garbage collection. */
async function heldHeap(): Promise<number> {
  for (let time = 0; time < 3; time++) {
    // A WeakRef keeps its target until the task in which it was made is over.
    await nextTurn()
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}

// The engine does not shrink its weak tables. The same number of renders before makes them large enough.
await renderPages(RENDERS)
runs.length = 0
const before = await heldHeap()
const resources = process.getActiveResourcesInfo()
await renderPages(RENDERS)
const opened = process.getActiveResourcesInfo().slice(resources.length)
const renders = runs.length
await heldHeap()
const runsAlive = runs.filter((run) => run.deref() !== undefined).length
runs.length = 0
const grown = (await heldHeap()) - before
console.log(JSON.stringify({ react: version, renders, grown, runsAlive, opened }))
