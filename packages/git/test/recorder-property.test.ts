/** Sending, writing, flushing, stopping and closing in any order: every promise settles. */
import type { Repository } from '@xmachines/git'
import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { add, finish, makeFolder, makeRepository, type TallyEvent, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

const actions = [
  'send',
  'send',
  'finish',
  'write into the run',
  'write',
  'write',
  'write',
  'close',
  'abort',
  'flush',
  'stop',
  'other ports',
  'turn',
  'wait',
] as const

/** Does some actions to a recorded run; resolves with those whose promise did not settle. */
async function play(
  repository: Repository,
  maxUnrecorded: number,
  acts: readonly (typeof actions)[number][],
): Promise<string[]> {
  const run = tallyRun()
  const recorder = repository.record(run, { maxUnrecorded, durability: 'process' })
  const waiting = new Map<number, string>()
  let count = 0

  const openPorts = (): WritableStreamDefaultWriter<TallyEvent | readonly TallyEvent[]> => {
    const ports = recorder.ports()
    const writer = ports.in.getWriter()
    expectAnswer('closed', writer.closed)
    return writer
  }

  function expectAnswer(what: string, answer: Promise<unknown>): void {
    const one = count++
    waiting.set(one, what)
    const answered = (): unknown => waiting.delete(one)
    answer.then(answered, answered)
  }

  const own = run.in.getWriter()
  own.closed.catch(() => undefined)
  expectAnswer('done', recorder.done)
  let writer = openPorts()
  let closing = false
  for (const act of acts) {
    switch (act) {
      case 'send':
      case 'finish':
        run.in.send(act === 'send' ? add() : finish)
        break
      case 'write into the run':
        expectAnswer(act, own.write(add()))
        break
      case 'write':
        // Node refuses a write after a close; 24.21 throws an assertion for it.
        if (!closing) expectAnswer(act, writer.write(add()))
        break
      case 'close':
        expectAnswer(act, writer.close())
        closing = true
        break
      case 'abort':
        expectAnswer(act, writer.abort(new Error('enough')))
        break
      case 'flush':
      case 'stop':
        expectAnswer(act, recorder[act]())
        break
      case 'other ports':
        expectAnswer('close', writer.close())
        writer = openPorts()
        closing = false
        break
      case 'turn':
        await new Promise(setImmediate)
        break
      case 'wait':
        await repository.close()
    }
  }
  expectAnswer('close', writer.close())
  expectAnswer('stop', recorder.stop())
  await repository.close()
  // Everything is recorded; what depends on that needs only a few turns of the event loop.
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
  return [...waiting.values()]
}

test('every promise of a recorder and of its ports settles', async () => {
  const repository = await makeRepository(folder)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(0, 1, 100),
      fc.array(fc.constantFrom(...actions), { maxLength: 20 }),
      async (maxUnrecorded, acts) => {
        expect(await play(repository, maxUnrecorded, acts)).toEqual([])
      },
    ),
    { numRuns: 100 },
  )
})
