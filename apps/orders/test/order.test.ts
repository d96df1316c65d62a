/** The machine of an order, without a browser and without a server. */
import { createRun, type OutputOf, type RunOf, toMermaid } from '@xmachines/core'
import { expect, test } from 'vitest'
import type { OrderEvent } from '../order/events.ts'
import { order } from '../order/order.ts'

const stamp = { by: 'customer', when: 0 }
const place: OrderEvent = { type: 'PLACE', customer: 'somebody', ...stamp }
const paid = (attempt = 1): OrderEvent => ({
  type: 'PAID',
  attempt,
  payment: `payment-${attempt}`,
  ...stamp,
  by: 'shop',
})
const askRefund = (cents: number, by = 'customer'): OrderEvent => ({
  type: 'ASK_REFUND',
  amount: { cents, currency: 'EUR' },
  reason: 'It arrived broken',
  by,
  when: 0,
})

/** An order to which some things have happened. */
function orderAfter(...events: readonly OrderEvent[]): RunOf<typeof order> {
  const run = createRun(order)
  for (const event of [{ type: 'ADD', sku: 'vesper' } as const, place, ...events]) {
    expect(run.in.send(event)).toBeUndefined()
  }
  return run
}

/** What an order put out, by type. */
async function outputsOf(
  run: RunOf<typeof order>,
  type: OutputOf<typeof order>['type'],
): Promise<OutputOf<typeof order>[]> {
  const found: OutputOf<typeof order>[] = []
  const reader = run.ports({ from: 'start' }).out.getReader()
  for (let count = 0; count < run.position; count += 1) {
    const { value } = await reader.read()
    if (value?.type === type) found.push(value)
  }
  await reader.cancel()
  return found
}

test('a payment without an answer is tried again as the same payment, and one that was declined as another', async () => {
  const retry: OrderEvent = { type: 'RETRY', ...stamp }
  const run = orderAfter({ type: 'NO_ANSWER', attempt: 1, ...stamp }, retry)
  run.in.send([{ type: 'DECLINED', attempt: 1, why: 'no', ...stamp }, retry])
  expect((await outputsOf(run, 'charge')).map((output) => ('attempt' in output ? output.attempt : 0))).toEqual([
    1, 1, 2,
  ])
})

test('an order that is cancelled while it is paying calls the payment off first, and an answer then comes too late', async () => {
  const run = orderAfter({ type: 'CANCEL', ...stamp })
  expect(run.state.at).toBe('cancelling')
  expect(run.in.send(paid())?.code).toBe('UNHANDLED')
  run.in.send({ type: 'VOIDED', ...stamp, by: 'shop' })
  expect([run.state.at, run.snapshot.current.status]).toEqual(['cancelled', 'done'])
  expect(await outputsOf(run, 'void')).toHaveLength(1)
})

test('a refund up to the limit is made at once, and a greater one needs somebody else', () => {
  expect(orderAfter(paid(), askRefund(10_000)).state.at).toBe('refunding')
  const run = orderAfter(paid(), askRefund(10_001, 'Ines'))
  expect(run.state.at).toBe('reviewing')
  const head = '0'.repeat(40)
  const refusal = run.in.send({ type: 'APPROVE', head, by: 'Ines', when: 0 })
  expect(refusal?.reason).toBe('Whoever asks for a refund cannot approve it.')
  run.in.send({ type: 'APPROVE', head, by: 'Jonas', when: 0 })
  expect(run.state.at).toBe('refunding')
})

test('refunds never add up to more than was paid, and the last of them closes the order', () => {
  const refunded: OrderEvent = { type: 'REFUNDED', ...stamp, by: 'shop' }
  const run = orderAfter(paid(), { type: 'PACK', ...stamp, by: 'Ines' }, askRefund(9_000), refunded)
  expect(run.state).toMatchObject({ at: 'shipping', refunded: { cents: 9_000 } })
  expect(run.in.send(askRefund(9_901))?.reason).toBe('At most €99.00 can be refunded.')
  run.in.send([askRefund(9_900), refunded])
  expect([run.state.at, run.snapshot.current.status]).toEqual(['refunded', 'done'])
})

test('a cart has no prices, takes no other articles, and not more of one than the shop sends', () => {
  const run = createRun(order)
  expect(run.in.send(place)?.reason).toBe('The cart is empty.')
  expect(run.in.send({ type: 'ADD', sku: 'gold' } as never)?.code).toBe('SCHEMA_MISMATCH')
  expect(run.in.send({ type: 'SET', sku: 'pip', count: 21 })?.code).toBe('SCHEMA_MISMATCH')
  run.in.send({ type: 'SET', sku: 'pip', count: 20 })
  expect(run.in.send({ type: 'ADD', sku: 'pip' })?.reason).toBe('At most 20 of Pip go into one order.')
  expect(JSON.stringify(run.state)).not.toContain('cents')
})

test('the machine says where each event leads, so that it can be drawn', () => {
  expect(toMermaid(order)).not.toContain('?')
})
