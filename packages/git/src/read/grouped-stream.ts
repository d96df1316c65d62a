// A stream of single items from a generator of groups, which runs only while somebody reads.

import { withoutRawError } from '../raw-errors.ts'

/**
 * The items of the groups, one by one.
 * @param doing what is being done, as errors name it
 */
export function groupedStream<Item>(open: () => AsyncGenerator<readonly Item[]>, doing: string): ReadableStream<Item> {
  let groups: AsyncGenerator<readonly Item[]> | undefined
  const source: UnderlyingDefaultSource<Item> = {
    async pull(controller) {
      groups ??= open()
      for (;;) {
        const { done, value } = await groups.next().catch((thrown: unknown) => {
          throw withoutRawError(thrown, 'READ_FAILED', doing)
        })
        if (done === true) return controller.close()
        for (const item of value) controller.enqueue(item)
        if (value.length > 0) return
      }
    },
    async cancel() {
      await groups?.return(undefined)
    },
  }
  return new ReadableStream(source, { highWaterMark: 0 })
}
