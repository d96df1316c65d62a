import type { OutputHandlers } from '@xmachines/core'
import type { Checkout, CheckoutEvent, CheckoutOutput } from './machine.ts'

/** What is outside: how it is paid and packed, and how time passes. */
export interface World {
  pay(order: string, signal: AbortSignal): Promise<string>
  pack(order: string, signal: AbortSignal): Promise<string>
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
}

export function handlersOf(world: World): OutputHandlers<CheckoutOutput, CheckoutEvent, Checkout> {
  return {
    pay: {
      handle: async ({ order }, { signal }) => {
        try {
          return { type: 'PAID', receipt: await world.pay(order, signal) }
        } catch {
          return { type: 'NOT_PAID' }
        }
      },
      while: (state) => state.at === 'underway' && state.payment.at === 'asking',
    },
    wait: {
      handle: async ({ milliseconds }, { signal }) => {
        await world.wait(milliseconds, signal)
        return { type: 'WAITED' }
      },
      while: (state) => state.at === 'underway' && state.payment.at === 'waiting',
    },
    pack: {
      handle: async ({ order }, { signal }) => {
        try {
          return { type: 'PACKED', parcel: await world.pack(order, signal) }
        } catch {
          return { type: 'NOT_PACKED' }
        }
      },
      while: (state) => state.at === 'underway' && state.shipping.at === 'packing',
    },
  }
}
