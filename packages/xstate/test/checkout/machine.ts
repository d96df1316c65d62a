import { defineMachine, type Emit } from '@xmachines/core'

type Payment = { at: 'asking'; tries: number } | { at: 'waiting'; tries: number } | { at: 'paid'; receipt: string }
type Shipping = { at: 'packing' } | { at: 'packed'; parcel: string }

export type Checkout =
  | { at: 'underway'; order: string; payment: Payment; shipping: Shipping }
  | { at: 'done'; receipt: string; parcel: string }
  | { at: 'failed' }
  | { at: 'cancelled' }

export type CheckoutEvent =
  | { type: 'CANCEL' }
  | { type: 'PAID'; receipt: string }
  | { type: 'NOT_PAID' }
  | { type: 'WAITED' }
  | { type: 'PACKED'; parcel: string }
  | { type: 'NOT_PACKED' }

export type CheckoutOutput =
  | { type: 'pay'; order: string }
  | { type: 'wait'; milliseconds: number }
  | { type: 'pack'; order: string }

type Underway = Extract<Checkout, { at: 'underway' }>

export const checkout = defineMachine<Checkout, CheckoutEvent, CheckoutOutput, { order: string }>({
  name: 'checkout',
  version: '2',
  initial: ({ order }, emit) => {
    emit({ type: 'pack', order })
    return ask({ at: 'underway', order, payment: { at: 'asking', tries: 0 }, shipping: { at: 'packing' } }, 1, emit)
  },
  states: {
    underway: {
      CANCEL: 'cancelled',
      PAID: (state, { receipt }) =>
        state.payment.at === 'asking' ? settle({ ...state, payment: { at: 'paid', receipt } }) : state,
      NOT_PAID: (state, _event, emit) => {
        if (state.payment.at !== 'asking') return state
        const { tries } = state.payment
        if (tries === 3) return { at: 'failed' }
        emit({ type: 'wait', milliseconds: 1000 * 2 ** tries })
        return { ...state, payment: { at: 'waiting', tries } }
      },
      WAITED: (state, _event, emit) =>
        state.payment.at === 'waiting' ? ask(state, state.payment.tries + 1, emit) : state,
      PACKED: (state, { parcel }) =>
        state.shipping.at === 'packing' ? settle({ ...state, shipping: { at: 'packed', parcel } }) : state,
      NOT_PACKED: (state) => (state.shipping.at === 'packing' ? { at: 'failed' } : state),
    },
    done: {},
    failed: {},
    cancelled: {},
  },
  final: ['done', 'failed', 'cancelled'],
})

function ask(state: Underway, tries: number, emit: Emit<CheckoutOutput>): Underway {
  emit({ type: 'pay', order: state.order })
  return { ...state, payment: { at: 'asking', tries } }
}

/** What `onDone` of the parallel state does: both parts have ended. */
function settle(state: Underway): Checkout {
  const { payment, shipping } = state
  if (payment.at !== 'paid' || shipping.at !== 'packed') return state
  return { at: 'done', receipt: payment.receipt, parcel: shipping.parcel }
}
