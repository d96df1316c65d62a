'use server'

// What forms send. They do the same without JavaScript: each names the head that its page showed, and has a key of its own.

import { randomUUID } from 'node:crypto'
import { readRun, writeRun } from '@xmachines/http/next'
import { redirect } from 'next/navigation'
import type { OrderEvent } from '../order/events.ts'
import { order } from '../order/order.ts'
import type { Refusal } from '../order/refusal.ts'
import type { Conduct } from '../world/server.ts'
import { person } from './people.ts'
import { maySend } from './permission.ts'
import { asCustomer, remember, staff, who } from './session.ts'
import { settings } from './settings.ts'
import { shop } from './shop.ts'

const textOf = (form: FormData, name: string): string => {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}

/** The head and the key of a form. */
function seen(form: FormData) {
  return { expectedHead: textOf(form, 'head') || undefined, key: textOf(form, 'key') || undefined }
}

const forbidden: Refusal = { code: 'FORBIDDEN', detail: 'This is not for you to do.' }

/** Changes the cart of a browser without JavaScript: it is at the server, and named by a cookie. */
export async function changeCart(form: FormData): Promise<void> {
  const { host } = await shop()
  let { cart } = await who()
  if (cart === undefined || (await readRun(host, order, cart))?.snapshot.state.at !== 'cart') {
    cart = (await host.create(order)).snapshot.run
    await remember('cart', cart)
  }
  const [type, sku] = [textOf(form, 'type'), textOf(form, 'sku')]
  // The machine refuses what is neither.
  await writeRun(host, cart, [type === 'SET' ? { type, sku, count: Number(textOf(form, 'count')) } : { type, sku }])
  redirect('/cart')
}

/** The browser has taken the cart over. */
export async function forgetCart(): Promise<void> {
  await remember('cart', undefined)
}

/** What is in the form of a cart. */
type Given = Readonly<Record<'name' | 'email' | 'address', string>>

/**
 * What became of an order that was placed: the event, so that the browser's own copy has it too, unless it was placed before; or
 * why it was not placed, and what was in the form, which a page without JavaScript would lose.
 */
export type Placed = { readonly event: OrderEvent | undefined } | { readonly refusal: Refusal; readonly given?: Given }

const labels: Given = { name: 'name', email: 'e-mail', address: 'address' }
const list = new Intl.ListFormat('en-IE')

/** Places the order of a cart that is at the server. */
export async function place(_before: Placed | undefined, form: FormData): Promise<Placed> {
  const given: Given = { name: textOf(form, 'name'), email: textOf(form, 'email'), address: textOf(form, 'address') }
  const found = person.safeParse(given)
  if (!found.success) {
    const fields = Array.from(new Set(found.error.issues.map(({ path: [field] }) => field as keyof Given)))
    const detail = `Please check your ${list.format(fields.map((field) => labels[field]))}.`
    return { refusal: { code: 'FIELDS', detail, fields }, given }
  }
  const { host, people } = await shop()
  const { cart } = await who()
  const id = textOf(form, 'id')
  const now = (await readRun(host, order, id))?.snapshot.state
  if (now === undefined) return { refusal: { code: 'NOT_FOUND' }, given }
  const customer = await asCustomer(textOf(form, 'key') || randomUUID())
  let event: OrderEvent | undefined
  if (now.at === 'cart') {
    await people.keep(customer, found.data)
    event = { type: 'PLACE', customer, by: 'customer', when: Date.now() }
    const { problem } = await writeRun(host, id, [event], seen(form))
    // A key belongs to one form, so one that was used says that the form was sent twice.
    if (problem?.code === 'KEY_REUSED') event = undefined
    else if (problem !== undefined) return { refusal: problem, given }
  } else if (now.customer !== customer) return { refusal: { code: 'DIVERGED' }, given }
  if (cart === id) await remember('cart', undefined)
  if (textOf(form, 'script') === '') redirect(`/orders/${id}`)
  return { event }
}

/** Sends an event to an order. */
export async function act(_before: Refusal | undefined, form: FormData): Promise<Refusal | undefined> {
  const { host } = await shop()
  const id = textOf(form, 'id')
  const found = await readRun(host, order, id)
  const asking = await who()
  const event = eventOf(form, asking.staff ?? 'customer')
  const { expectedHead, key } = seen(form)
  if (found === undefined || !maySend([event], found.snapshot.state, asking, expectedHead))
    return { ...forbidden, type: event.type }
  const { problem } = await writeRun(host, id, [event], { expectedHead, key })
  // A key belongs to one form, so one that was used says that the form was sent twice.
  if (problem === undefined || problem.code === 'KEY_REUSED') redirect(`/orders/${id}`)
  return { ...problem, type: event.type }
}

/** The event of a form. The machine checks its members. */
function eventOf(form: FormData, by: string) {
  const type = textOf(form, 'type')
  const event = { type, by, when: Date.now() }
  if (type === 'APPROVE') return { ...event, head: textOf(form, 'head') }
  if (type !== 'ASK_REFUND') return event
  const cents = Math.round(Number(textOf(form, 'amount').replace(',', '.')) * 100)
  return { ...event, amount: { cents, currency: 'EUR' }, reason: textOf(form, 'reason') }
}

/** Another person sees the same page in another way. */
export async function signIn(form: FormData): Promise<void> {
  await remember(
    'staff',
    staff.find((name) => name === textOf(form, 'staff')),
  )
}

/** Deletes the personal data of this browser. The orders stay, and nobody is named in them. */
export async function forgetMe(form: FormData): Promise<void> {
  const { customer } = await who()
  if (customer !== undefined) await (await shop()).people.forget(customer)
  redirect(`/orders/${textOf(form, 'id')}`)
}

/** Tells the payment provider how to behave. It refuses what it cannot do. */
export async function setConduct(form: FormData): Promise<void> {
  const conduct = { mode: textOf(form, 'mode'), delayMs: Number(textOf(form, 'delayMs')) }
  const body = JSON.stringify(conduct satisfies Record<keyof Conduct, unknown>)
  const response = await fetch(`${settings().worldUrl}/conduct`, { method: 'PUT', body }).catch(() => undefined)
  redirect(`/world?set=${response?.ok === true ? 'yes' : 'no'}`)
}
