'use client'

// A control that sends an event to an order. With a script the event goes through the connected run and shows at once; without
// one the form goes to the server with the head that its page showed. What is refused is said right here.

import type { RunError } from '@xmachines/core'
import { useRefusals, useSend } from '@xmachines/react'
import { type ReactNode, type SubmitEvent, useActionState, useState } from 'react'
import type { EventType, OrderEvent } from '../order/events.ts'
import type { Order } from '../order/order.ts'
import type { Refusal } from '../order/refusal.ts'
import { act } from '../server/actions.ts'
import type { OrderRun } from './order-view.tsx'
import { Refused } from './refused.tsx'

interface EventFormProps {
  readonly run: OrderRun
  readonly type: EventType
  readonly formKey: string
  readonly at: Order['at']
  /** The head that was shown. An event with one is applied behind this head or not at all. */
  readonly seen?: string
  /** Makes the event here; without it the server does, from the form. */
  readonly make?: (form: FormData) => OrderEvent
  readonly children: ReactNode
}

export function EventForm({ run, type, formKey, at, seen, make, children }: EventFormProps) {
  const send = useSend(run)
  const [answered, action] = useActionState(act, undefined)
  const [refusal, setRefusal] = useState<Refusal>()
  useRefusals(run, (error: RunError) => {
    const [first] = (error.batch ?? []) as readonly OrderEvent[]
    if (first?.type === type) setRefusal({ code: error.code, reason: error.reason })
  })

  function submit(event: SubmitEvent<HTMLFormElement>): void {
    setRefusal(undefined)
    if (make === undefined) return
    event.preventDefault()
    send(make(new FormData(event.currentTarget)))
  }

  return (
    <form action={action} onSubmit={submit} className="act">
      <input type="hidden" name="type" value={type} />
      <input type="hidden" name="id" value={run.id} />
      <input type="hidden" name="head" value={seen ?? run.head} />
      <input type="hidden" name="key" value={`${formKey}-${type}-${(seen ?? run.head).slice(0, 12)}`} />
      {children}
      <Refused refusal={refusal ?? answered} at={at} />
    </form>
  )
}
