// The worker of `refusals.browser.test.ts`: it reads one refusal as it arrives, and one as plain data.

import { RunError } from '@xmachines/core'

interface Given {
  readonly errors: ReadableStream<Error>
  readonly json: ReadableStream<unknown>
}

async function first<Item>(stream: ReadableStream<Item>): Promise<Item> {
  const { value } = await stream.getReader().read()
  return value as Item
}

globalThis.onmessage = async ({ data }: MessageEvent<Given>) => {
  const error = await first(data.errors)
  const refusal = RunError.fromJSON(await first(data.json))
  postMessage([
    {
      isError: error instanceof Error,
      isRunError: error instanceof RunError,
      name: error.name,
      hasCode: 'code' in error,
    },
    { isRunError: refusal instanceof RunError, json: refusal.toJSON() },
  ])
}
