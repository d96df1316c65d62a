// A stream of single items from a generator of groups, which runs only while somebody reads.

/** The items of the groups, one by one. */
export function groupedStream<Item>(open: () => AsyncGenerator<readonly Item[]>): ReadableStream<Item> {
  let groups: AsyncGenerator<readonly Item[]> | undefined
  const source: UnderlyingDefaultSource<Item> = {
    async pull(controller) {
      groups ??= open()
      for (;;) {
        const { done, value } = await groups.next()
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
