'use client'

// The cart, and the checkout beside it.

import { useSend, useSnapshot } from '@xmachines/react'
import Link from 'next/link'
import type { Line } from '../order/lines.ts'
import { CartLines } from './cart-lines.tsx'
import { Checkout } from './checkout.tsx'
import { Cart, type CartRun } from './use-cart.tsx'

/** A cart that is at the server, for a browser without JavaScript. */
export interface ServerCart {
  readonly id: string
  readonly head: string
  readonly lines: readonly Line[]
}

export function CartView({ formKey, given }: { formKey: string; given: ServerCart | undefined }) {
  const lines = given?.lines ?? []
  const fallback =
    given === undefined || lines.length === 0 ? (
      <>
        <div className="waiting" aria-hidden="true" />
        <div className="scriptless">
          <Empty />
        </div>
      </>
    ) : (
      <div className="columns">
        <CartLines lines={lines} />
        <Checkout formKey={formKey} id={given.id} head={given.head} lines={lines} />
      </div>
    )
  return <Cart fallback={fallback}>{(run) => <LiveCart run={run} formKey={formKey} />}</Cart>
}

function LiveCart({ run, formKey }: { run: CartRun; formKey: string }) {
  const send = useSend(run)
  const state = useSnapshot(run, (snapshot) => snapshot.state)
  if (state.lines.length === 0) return <Empty />
  return (
    <div className="columns">
      <CartLines lines={state.lines} onSet={(sku, count) => send({ type: 'SET', sku, count })} />
      <Checkout formKey={formKey} id={run.id} head={run.head} lines={state.lines} run={run} />
    </div>
  )
}

function Empty() {
  return (
    <div className="empty">
      <p>Your cart is empty.</p>
      <Link className="button" href="/">
        See the lamps
      </Link>
    </div>
  )
}
