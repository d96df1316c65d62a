'use client'

// Places an order. The cart goes to the server as it is, with all that happened to it, and the order goes on there under its id.

import { useRouter } from 'next/navigation'
import { type SubmitEvent, useActionState, useState } from 'react'
import { type Line, totalOf } from '../order/lines.ts'
import { formatMoney } from '../order/money.ts'
import type { Refusal } from '../order/refusal.ts'
import { type Placed, place } from '../server/actions.ts'
import { beginNewCart } from './kept-cart.tsx'
import { Refused } from './refused.tsx'
import type { CartRun } from './use-cart.tsx'

/** Hands the run of a cart to the server, which verifies and replays it. */
async function handOver(run: CartRun): Promise<Refusal | undefined> {
  await run.flush()
  const headers = { 'content-type': 'application/json' }
  const response = await fetch('/api/r', { method: 'POST', headers, body: JSON.stringify(run) }).catch(() => undefined)
  if (response === undefined) return { code: 'UNREACHABLE' }
  return response.ok ? undefined : ((await response.json()) as Refusal)
}

interface CheckoutProps {
  readonly formKey: string
  readonly id: string
  readonly head: string
  readonly lines: readonly Line[]
  /** The cart of this browser; without it the cart is at the server. */
  readonly run?: CartRun
}

export function Checkout({ formKey, id, head, lines, run }: CheckoutProps) {
  const router = useRouter()
  const [answered, action] = useActionState(place, undefined)
  const [placed, setPlaced] = useState<Placed>()
  const [busy, setBusy] = useState(false)
  const shown = placed ?? answered
  const { refusal, given } = shown !== undefined && 'refusal' in shown ? shown : {}

  async function placeFromHere(cart: CartRun, form: FormData): Promise<void> {
    setBusy(true)
    const refused = await handOver(cart)
    form.set('head', cart.head)
    form.set('script', 'yes')
    const result: Placed =
      refused === undefined
        ? await place(undefined, form).catch((): Placed => ({ refusal: { code: 'UNANSWERED' } }))
        : { refusal: refused }
    setPlaced(result)
    setBusy(false)
    if ('refusal' in result) return
    // The same event behind the same head: so the copy here has the very record that the server has.
    if (result.event !== undefined) cart.in.send(result.event)
    beginNewCart()
    router.push(`/orders/${id}`)
  }

  function submit(event: SubmitEvent<HTMLFormElement>): void {
    if (run === undefined) return
    event.preventDefault()
    if (!busy) void placeFromHere(run, new FormData(event.currentTarget))
  }

  const wrong = (name: string) => refusal?.fields?.includes(name) === true
  return (
    <form className="card checkout" action={action} onSubmit={submit} noValidate={run !== undefined}>
      <h2>Where shall it go?</h2>
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="head" value={head} />
      <input type="hidden" name="key" value={formKey} />
      <label>
        Name
        <input name="name" defaultValue={given?.name} autoComplete="name" required aria-invalid={wrong('name')} />
      </label>
      <label>
        E-mail
        <input
          name="email"
          type="email"
          defaultValue={given?.email}
          autoComplete="email"
          required
          aria-invalid={wrong('email')}
        />
      </label>
      <label>
        Address
        <textarea
          name="address"
          rows={2}
          defaultValue={given?.address}
          autoComplete="street-address"
          required
          aria-invalid={wrong('address')}
        />
      </label>
      <p className="note">
        These are kept beside your order, never in its history, and you can delete them at any time.
      </p>
      <button type="submit" className="button" aria-disabled={busy}>
        {busy ? 'One moment …' : `Order and pay ${formatMoney(totalOf(lines))}`}
      </button>
      <Refused refusal={refusal} />
      {refusal?.code === 'DIVERGED' && <a href={`/orders/${id}`}>Show that order</a>}
      {refusal !== undefined &&
        ['HISTORY_MISMATCH', 'INVALID_HISTORY', 'MACHINE_MISMATCH', 'DIVERGED'].includes(refusal.code) && (
          <button type="button" className="quiet" onClick={beginNewCart}>
            Begin with an empty cart
          </button>
        )}
    </form>
  )
}
