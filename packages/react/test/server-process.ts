// A process that renders 5,000 times and then has nothing left to do: it reports what it still holds, and is not told
// to end. Run with --expose-gc.

import { createRun, type Run } from '@xmachines/core'
import { useRun, useSend, useSnapshot } from '@xmachines/react'
import { createElement, type ReactNode, version } from 'react'
import { renderToString } from 'react-dom/server'
import { type CounterEvent, counter } from './machines.ts'

const RENDERS = 5000

type CounterRun = Run<{ count: number }, CounterEvent, { type: 'counted'; count: number }>

/** A run that outlives the pages, and one for each of them. */
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

/** A server answers each request in a turn of its own. */
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

/** What is still held once what nobody holds is gone. */
async function heldHeap(): Promise<number> {
  for (let time = 0; time < 3; time++) {
    // A WeakRef holds on to its target for as long as the job in which it was made.
    await nextTurn()
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}

// The engine keeps the room that a weak table once took; as many renders before show what these add.
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
