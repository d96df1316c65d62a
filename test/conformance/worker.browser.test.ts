/** The conformance suite in a module worker. */
import { expect, test } from 'vitest'
import { type Result, requirements } from './suite/index.ts'

interface Report {
  readonly where: string
  readonly results: readonly Result[]
}

const { where, results } = await run()

test('this is a worker, and it checked every requirement', () => {
  expect(where).toBe('DedicatedWorkerGlobalScope')
  expect(results.map(({ title }) => title)).toEqual(requirements.map(({ title }) => title))
})

test.each(results)('§$section $title', ({ failure }) => {
  expect(failure).toBeNull()
})

async function run(): Promise<Report> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  try {
    return await new Promise<Report>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data as Report)
      worker.onerror = (event) => reject(new Error(event.message || 'The worker did not load.'))
    })
  } finally {
    worker.terminate()
  }
}
