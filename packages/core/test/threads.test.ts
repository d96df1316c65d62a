/** What `err` delivers to another thread: plain errors, unless it was mapped to plain data before it was transferred. */
import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { createRun, type Run, type RunError } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { fail, runOf, tally } from './machines.ts'
import { expectBugs } from './quiet.ts'

expectBugs()

/** The refusals of a run as plain data, ready to be transferred. */
const toJson = (err: ReadableStream<RunError>): ReadableStream<unknown> =>
  err.pipeThrough(
    new TransformStream<RunError, unknown>({ transform: (error, controller) => controller.enqueue(error.toJSON()) }),
  )

/** What another thread gets of the next refusal: from `err` itself, and from its plain data. */
async function inAnotherThread(run: Run<any, any, any, any>, refuse: () => void): Promise<[unknown, unknown]> {
  const errors = run.err
  const json = toJson(run.ports().err)
  const worker = new Worker(join(import.meta.dirname, 'refusals-child.ts'), {
    workerData: { errors, json },
    transferList: [errors, json] as never,
    execArgv: ['--conditions=@xmachines/source', '--no-warnings'],
  })
  try {
    refuse()
    const [message] = (await once(worker, 'message')) as [[unknown, unknown]]
    return message
  } finally {
    await worker.terminate()
  }
}

describe('in another thread', () => {
  test('a refusal is a plain Error with its message alone, and its plain data is the whole of it', async () => {
    const run = createRun(tally)
    let refusal: RunError | undefined
    const [error, parsed] = await inAnotherThread(run, () => {
      refusal = run.in.send([fail])
    })
    expect(error).toEqual({
      isError: true,
      isRunError: false,
      name: 'Error',
      message: refusal?.message,
      hasCode: false,
    })
    expect(parsed).toEqual({ isRunError: true, json: refusal?.toJSON() })
    expect(parsed).toMatchObject({ json: { code: 'TRANSITION_FAILED', sequence: 0, index: 0, run: run.id } })
  })

  test('a cause that cannot be cloned breaks the transferred err, and does no harm to the plain data', async () => {
    const run = runOf(() => {
      throw () => 'a function'
    })
    const [error, parsed] = await inAnotherThread(run, () => {
      run.in.send({ type: 'X' })
    })
    expect(error).toEqual({ failed: 'DataCloneError' })
    expect(parsed).toMatchObject({ isRunError: true, json: { code: 'TRANSITION_FAILED', index: 0 } })
    // The run goes on.
    expect(run.in.send({ type: 'X' })).toMatchObject({ code: 'TRANSITION_FAILED' })
  })
})

test('a structured clone of a refusal has no code', () => {
  const clone = structuredClone(createRun(tally).in.send(fail))
  expect(clone).toBeInstanceOf(Error)
  expect(clone?.name).toBe('Error')
  expect(clone).not.toHaveProperty('code')
})
