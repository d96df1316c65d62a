/** The store in memory behaves as the suite for stores says. */
import { memoryStore } from '@xmachines/core/store'
import { storeCases } from '@xmachines/core/store/conformance'
import { test } from 'vitest'

const store = memoryStore()

// Nothing damages a store in memory, and nobody survives a crash of its process.
const cases = storeCases.filter(({ needsDamage, needsCrash }) => needsDamage !== true && needsCrash !== true)

test.each(cases)('$title', async ({ check }) => {
  await check({ open: async () => store })
})
