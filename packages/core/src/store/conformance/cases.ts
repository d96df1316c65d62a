// The cases of the conformance suite for stores.

import { appendingCases } from './appending-cases.ts'
import { followingCases } from './following-cases.ts'
import { leaseCases } from './lease-cases.ts'
import { listingCases } from './listing-cases.ts'
import { namingCases } from './naming-cases.ts'
import { readingCases } from './reading-cases.ts'
import { receiptCases } from './receipt-cases.ts'
import { sealingCases } from './sealing-cases.ts'
import type { StoreCase } from './store-case.ts'

/** The cases, in order. Each makes runs of its own, so all may share one storage. */
export const storeCases: readonly StoreCase[] = [
  ...readingCases,
  ...appendingCases,
  ...receiptCases,
  ...followingCases,
  ...listingCases,
  ...leaseCases,
  ...namingCases,
  ...sealingCases,
]
