// Why something was not done, beside the control that asked for it.

import type { Order } from '../order/order.ts'
import { type Refusal, sentenceOf } from '../order/refusal.ts'

export function Refused({ refusal, at }: { refusal: Refusal | undefined; at?: Order['at'] | undefined }) {
  if (refusal === undefined) return null
  return (
    <p className="refused" role="alert">
      {sentenceOf(refusal, at)}
    </p>
  )
}
