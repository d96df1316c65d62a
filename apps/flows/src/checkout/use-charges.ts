// The effect of a checkout: what the machine asks for is done here, and the answer is an event like any other.

import { handleOutputs, type Run } from '@xmachines/core'
import { useEffect, useRef } from 'react'

import type { Checkout, CheckoutEvent, CheckoutOutput } from './checkout.ts'
import type { Gateway } from './gateway.ts'

/** Has the gateway charge what the run asks for, while the component is mounted. */
export function useCharges(run: Run<Checkout, CheckoutEvent, CheckoutOutput>, gateway: Gateway): void {
  // How many outputs have settled: where an effect that was torn down goes on.
  const settled = useRef(0)
  useEffect(() => {
    const stop = new AbortController()
    void handleOutputs(
      run,
      {
        // Torn down half-way, this is asked again under the same key, which the gateway answers without a second charge.
        charge: async ({ cents, card }, { key }) => {
          const answer = await gateway.charge({ key, cents, card })
          return answer.accepted
            ? { type: 'PAID', receipt: answer.receipt }
            : { type: 'DECLINED', reason: answer.reason }
        },
      },
      {
        from: settled.current,
        signal: stop.signal,
        onSettled: (position) => {
          settled.current = position
        },
      },
    )
    return () => stop.abort()
  }, [run, gateway])
}
