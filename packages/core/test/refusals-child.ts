// Another thread, which is given the refusals of a run as two streams: as they are, and as plain data.

import { parentPort, workerData } from 'node:worker_threads'
import { RunError } from '@xmachines/core'

const { errors, json } = workerData as { errors: ReadableStream<Error>; json: ReadableStream<unknown> }

async function first<Item>(stream: ReadableStream<Item>): Promise<Item> {
  const { value } = await stream.getReader().read()
  return value as Item
}

async function described(): Promise<unknown> {
  try {
    const error = await first(errors)
    const { name, message } = error
    return {
      isError: error instanceof Error,
      isRunError: error instanceof RunError,
      name,
      message,
      hasCode: 'code' in error,
    }
  } catch (thrown) {
    return { failed: (thrown as Error).name }
  }
}

const error = await described()
const refusal = RunError.fromJSON(await first(json))
parentPort?.postMessage([error, { isRunError: refusal instanceof RunError, json: refusal.toJSON() }])
