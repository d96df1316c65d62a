// The run of a checkout for all that is shown of it: the wizard's steps take it from the nearest provider.

import { createRunContext, type RunContext } from '@xmachines/react'

import { type Checkout, type CheckoutEvent, type CheckoutOutput, checkout } from './checkout.ts'

export const CheckoutRun: RunContext<Checkout, CheckoutEvent, CheckoutOutput, undefined> = createRunContext(checkout)
