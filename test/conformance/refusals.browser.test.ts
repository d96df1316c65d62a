/** What `err` delivers to a worker: a plain error, unless it was mapped to plain data before it was transferred. */
import { createRun, defineMachine, type RunError } from '@xmachines/core'
import { expect, test } from 'vitest'

const machine = defineMachine<number, { type: 'FAIL' }>({
  name: 'failing',
  version: '1',
  initial: 0,
  on: {
    FAIL: () => {
      throw new Error('asked to fail')
    },
  },
})

test('a refusal arrives in a worker as a plain Error, and its plain data as the whole of it', async () => {
  const run = createRun(machine)
  const errors = run.err
  const json = run
    .ports()
    .err.pipeThrough(
      new TransformStream<RunError, unknown>({ transform: (error, controller) => controller.enqueue(error.toJSON()) }),
    )
  const worker = new Worker(new URL('./refusals-worker.ts', import.meta.url), { type: 'module' })
  try {
    const answer = new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data)
      worker.onerror = (event) => reject(new Error(event.message || 'The worker did not load.'))
    })
    worker.postMessage({ errors, json }, [errors, json] as unknown as Transferable[])
    const refusal = run.in.send({ type: 'FAIL' })
    expect(await answer).toEqual([
      { isError: true, isRunError: false, name: 'Error', hasCode: false },
      { isRunError: true, json: refusal?.toJSON() },
    ])
  } finally {
    worker.terminate()
  }
})
