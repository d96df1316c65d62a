/** The store in memory behaves as the suite for stores says. */
import { memoryStore } from '@xmachines/core/store'
import { storeCases } from '@xmachines/core/store/conformance'
import { test } from 'vitest'

const store = memoryStore()

test.each(storeCases.filter(({ needsDamage }) => needsDamage !== true))('$title', async ({ check }) => {
  await check({ open: async () => store })
})
