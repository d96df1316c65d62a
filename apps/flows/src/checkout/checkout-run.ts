// The context of a checkout: the steps of the wizard find the run in the nearest Provider.

import { createRunContext, type RunContext } from '@xmachines/react'

import { type Checkout, type CheckoutEvent, type CheckoutOutput, checkout } from './checkout.ts'

export const CheckoutRun: RunContext<Checkout, CheckoutEvent, CheckoutOutput, undefined> = createRunContext(checkout)
