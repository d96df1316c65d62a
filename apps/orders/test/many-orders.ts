// A shop with many orders, and the staff that moves them on.

import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createRun } from '@xmachines/core'
import { recordRun } from '@xmachines/core/store'
import { openRepository } from '@xmachines/git'
import type { EventType } from '../order/events.ts'
import { order } from '../order/order.ts'

export interface ManyOrders {
  /** The folder of a shop that has them. */
  readonly folder: string
  readonly ids: readonly string[]
}

/** Makes so many orders that wait to be packed. */
export async function manyOrders(count: number): Promise<ManyOrders> {
  const folder = mkdtempSync(join(tmpdir(), 'xmachines-desk-'))
  const repository = await openRepository(join(folder, 'orders.git'), { create: true })
  const runs = Array.from({ length: count }, () => {
    const run = createRun(order)
    const when = Date.now()
    run.in.send({ type: 'ADD', sku: 'pip' })
    run.in.send({ type: 'PLACE', customer: 'somebody', by: 'customer', when })
    run.in.send({ type: 'PAID', attempt: 1, payment: 'paid', by: 'shop', when })
    return run
  })
  // What has happened is not done again.
  await Promise.all(runs.map((run) => recordRun(run, repository.store).stop()))
  await repository.close()
  return { folder, ids: runs.map(({ id }) => id) }
}

/** How many orders move in a second. */
export const PACE = 20

/**
 * Sends an event to each order, in the order of the ids and at the pace.
 * @returns the status of each answer
 */
export async function moveAll(url: string, ids: readonly string[], type: EventType): Promise<number[]> {
  const sent: Promise<number>[] = []
  const begin = performance.now()
  for (const [at, id] of ids.entries()) {
    // By the clock, so that a late one does not delay those after it.
    await pause(Math.max(0, begin + (at * 1000) / PACE - performance.now()))
    const body = JSON.stringify({ type, by: 'Ines', when: Date.now() })
    const headers = { 'content-type': 'application/json', cookie: 'staff=Ines' }
    sent.push(fetch(`${url}/api/r/${id}`, { method: 'PATCH', headers, body }).then(({ status }) => status))
  }
  return await Promise.all(sent)
}
