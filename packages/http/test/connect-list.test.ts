/** A list of runs at a server, as a page has it: what comes in, breaks off, and goes on. */

import { memoryStore } from '@xmachines/core/store'
import { type ConnectedList, type ConnectListOptions, connectList, fetchList, type ListedRuns } from '@xmachines/http'
import { hosted } from '@xmachines/http/server'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Served, serve } from './calls.ts'
import { type Line, lineTo } from './client.ts'
import { paid, till } from './machines.ts'

type Sum = { readonly cents: number }
const machines = [hosted(till, { summary: ({ cents }): Sum => ({ cents }) })]

function connect(
  { handler }: Served,
  options: Partial<ConnectListOptions<Sum>> = {},
): { readonly list: ConnectedList<Sum>; readonly line: Line } {
  const line = lineTo(handler)
  const list = connectList<Sum>('http://runs.example/r', { machine: 'till', fetch: line.fetch, ...options })
  onTestFinished(() => list.close())
  return { list, line }
}

/** Resolves once what is shown is as it should be. */
function until<Found extends ListedRuns<Sum>>(
  list: ConnectedList<Sum>,
  isSo: (current: ListedRuns<Sum>) => boolean,
): Promise<Found> {
  return new Promise((resolve) => {
    const stop = list.subscribe(look)
    look()
    function look(): void {
      if (!isSo(list.current)) return
      stop()
      resolve(list.current as Found)
    }
  })
}

describe('a connected list', () => {
  test('asks nothing until somebody subscribes, and then shows all runs and what changes', async () => {
    const served = serve({ machines })
    const first = await served.newRun()
    const { list, line } = connect(served, { at: 'open' })
    expect(list.current).toEqual({ runs: [], isComplete: false, connection: 'connecting', problem: undefined })
    await Promise.resolve()
    expect(line.requests).toEqual([])
    const { runs } = await until(list, ({ isComplete }) => isComplete)
    expect(runs).toMatchObject([{ id: first, machine: 'till@1', at: 'open', summary: { cents: 0 } }])
    const second = await served.newRun()
    const both = await until(list, (current) => current.runs.length === 2)
    expect(both.runs.map(({ id }) => id)).toEqual([first, second].toSorted())
    await served.patch(second, paid(7))
    await until(list, (current) => current.runs.some(({ summary }) => summary?.cents === 7))
    await served.patch(first, { type: 'CLOSED' })
    const left = await until(list, (current) => current.runs.length === 1)
    expect(left).toMatchObject({ runs: [{ id: second }], isComplete: true, connection: 'live' })
    expect(line.requests).toEqual(['GET /r'])
  })

  test('changes what it shows only when there is something new, and never what it has shown', async () => {
    const served = serve({ machines })
    await served.newRun()
    const { list } = connect(served)
    const before = await until(list, ({ isComplete }) => isComplete)
    const kept = structuredClone(before)
    expect(list.current).toBe(before)
    await served.newRun()
    await until(list, ({ runs }) => runs.length === 2)
    expect(before).toEqual(kept)
  })

  test('goes on where it broke off, and keeps what it has meanwhile', async () => {
    const served = serve({ machines })
    const id = await served.newRun()
    const { list, line } = connect(served)
    await until(list, ({ isComplete }) => isComplete)
    line.cut = () => 'before'
    line.drop()
    const offline = await until(list, ({ connection }) => connection === 'offline')
    expect(offline).toMatchObject({ runs: [{ id }], problem: { code: 'UNREACHABLE' } })
    await served.patch(id, paid(3))
    line.cut = () => undefined
    const again = await until(list, ({ runs }) => runs[0]?.summary?.cents === 3)
    expect(again).toMatchObject({ connection: 'live', problem: undefined })
  })

  test('is whole again at another server after one that is gone', async () => {
    const store = memoryStore()
    const first = serve({ store, machines })
    const second = serve({ store, machines })
    const ids = [await first.newRun(), await first.newRun()].toSorted()
    let { handler } = first
    const line = lineTo((request) => handler(request))
    const { list } = connect(first, { fetch: line.fetch, at: 'open' })
    await until(list, ({ runs }) => runs.length === 2)
    handler = second.handler
    line.drop()
    await second.patch(ids[0] as string, { type: 'CLOSED' })
    const { runs } = await until(list, (current) => current.runs.length === 1)
    expect(runs.map(({ id }) => id)).toEqual([ids[1]])
  })

  test('ends for good if the server says that it may not be seen', async () => {
    const served = serve({ machines, handler: { authorize: () => false } })
    const { list, line } = connect(served)
    const ended = await until(list, ({ problem }) => problem !== undefined)
    expect(ended).toMatchObject({ connection: 'offline', problem: { code: 'FORBIDDEN', status: 403 } })
    list.subscribe(() => undefined)
    await Promise.resolve()
    expect(line.requests).toHaveLength(1)
  })

  test('leaves nothing behind once it is closed, or its signal aborts', async () => {
    const served = serve({ machines })
    const ending = new AbortController()
    const lists = [connect(served).list, connect(served, { signal: ending.signal }).list]
    for (const list of lists) await until(list, ({ isComplete }) => isComplete)
    expect(served.handler.subscribers).toBe(2)
    lists[0]?.close()
    ending.abort()
    await vi.waitFor(() => expect(served.handler.subscribers).toBe(0))
    expect(lists.map(({ current }) => current.connection)).toEqual(['offline', 'offline'])
  })

  test('begins with a page that came with the document', async () => {
    const served = serve({ machines })
    const id = await served.newRun()
    const page = await fetchList<Sum>('http://runs.example/r', { machine: 'till@1', at: 'open', fetch: served.handler })
    expect(page).toMatchObject({ runs: [{ id, summary: { cents: 0 } }] })
    const { list } = connect(served, { page })
    expect(list.initial).toBe(list.current)
    expect(list.current).toMatchObject({ runs: [{ id }], isComplete: true, connection: 'connecting' })
    await until(list, ({ connection }) => connection === 'live')
    expect(list.initial.connection).toBe('connecting')
  })
})

test('a page of a list that is not the first is fetched by its cursor', async () => {
  const served = serve({ machines, handler: { limits: { runs: 2 } } })
  const ids = [await served.newRun(), await served.newRun(), await served.newRun()].toSorted()
  const options = { machine: 'till', fetch: served.handler }
  const first = await fetchList('http://runs.example/r', options)
  const second = await fetchList('http://runs.example/r', { ...options, cursor: first.cursor })
  expect([...first.runs, ...second.runs].map(({ id }) => id)).toEqual(ids)
  expect(second.cursor).toBeUndefined()
  await expect(fetchList('http://runs.example/r', { ...options, machine: 'none' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
})
