/** A recorder's ports show only what is recorded, so effects see nothing else. */
import { handleOutputs } from '@xmachines/core'
import { afterAll, expect, test, vi } from 'vitest'
import {
  add,
  finish,
  git,
  makeFolder,
  makeRepository,
  rejection,
  type TallyOutput,
  tally,
  tallyRun,
} from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

test('a write resolves once it is recorded, and does not make the next one wait', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run)
  const ports = recorder.ports()
  const writer = ports.in.getWriter()
  const seen: boolean[] = []
  await Promise.all(
    Array.from({ length: 50 }, (_, at) => writer.write(add()).then(() => seen.push(recorder.recorded > at))),
  )
  expect(seen).toEqual(Array.from({ length: 50 }, () => true))
  expect(ports.snapshot.current.sequence).toBe(50)
})

test('out and snapshot deliver what is recorded, and so do current and subscriptions', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run)
  const { out, snapshot, start, id } = recorder.ports({ from: 'start' })
  expect({ start, id }).toEqual({ start: 0, id: run.id })
  const leads: number[] = []
  snapshot.subscribe(() => leads.push(snapshot.current.sequence - recorder.recorded))
  run.in.send(add(5))
  run.in.send(add(6))
  expect(snapshot.current.sequence).toBe(0)
  const reader = out.getReader()
  for (const total of [5, 11]) {
    expect((await reader.read()).value).toEqual({ type: 'total', total })
    expect(recorder.recorded).toBeGreaterThanOrEqual(2)
  }
  expect(snapshot.current).toEqual({ state: { total: 11 }, status: 'active', sequence: 2 })
  expect((await snapshot.getReader().read()).value?.sequence).toBe(2)
  expect(leads.every((ahead) => ahead <= 0)).toBe(true)
})

test('handleOutputs takes them, and continues after what had settled before a crash', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run)
  const handled: [key: string, recorded: boolean][] = []
  const handling = handleOutputs(recorder.ports(), {
    total: ({ total }: TallyOutput, { key }) => {
      handled.push([key, recorder.recorded >= handled.length + 1])
      return total < 3 ? add() : finish
    },
  })
  run.in.send(add())
  expect(await handling).toBe(3)
  expect(handled).toEqual([0, 1, 2].map((at) => [`${run.id}/${at}`, true]))

  const other = tallyRun()
  other.in.send([add(), add()])
  await repository.record(other).stop()
  const opened = await repository.open(tally, other.id)
  const keys: string[] = []
  const again = handleOutputs(repository.record(opened).ports({ from: 1 }), {
    total: (_total, { key }) => {
      keys.push(key)
      return finish
    },
  })
  expect(await again).toBe(2)
  expect(keys).toEqual([`${other.id}/1`])
})

test('a pipe through them ends with its source, and everything is recorded', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run)
  const source = new ReadableStream({
    start(controller) {
      for (let at = 0; at < 20; at++) controller.enqueue(add())
      controller.close()
    },
  })
  const totals: number[] = []
  for await (const { total } of source.pipeThrough(recorder.ports())) totals.push(total)
  expect(totals).toEqual(Array.from({ length: 20 }, (_, at) => at + 1))
  expect(git(repository.directory, 'rev-list', '--count', recorder.ref)).toBe('22')
})

test('a pipe that only writes resolves, and any writer closes, once everything is recorded', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run)
  const source = new ReadableStream({
    start(controller) {
      for (let at = 0; at < 3; at++) controller.enqueue(add())
      controller.close()
    },
  })
  await source.pipeTo(recorder.ports().in)
  expect(recorder.recorded).toBe(3)
  const writer = new WritableStreamDefaultWriter(recorder.ports().in)
  await writer.write(add())
  expect(run.snapshot.current.sequence).toBe(4)
  await writer.close()
  expect(recorder.recorded).toBe(4)
})

test('they end with the run once its end is recorded', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run)
  const { in: input, out, snapshot } = recorder.ports()
  const writer = input.getWriter()
  await writer.write([add(), finish])
  expect(recorder.recorded).toBe(1)
  expect(await rejection(writer.write(add()))).toMatchObject({ code: 'RUN_DONE' })
  const items: TallyOutput[] = []
  for await (const item of out) items.push(item)
  expect(items).toEqual([{ type: 'total', total: 1 }])
  const statuses: string[] = []
  for await (const { status } of snapshot) statuses.push(status)
  expect(statuses).toEqual(['done'])
})

test('an aborted set drops what was not applied, and refusals are delivered at once', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const { in: input, out, err } = repository.record(run).ports()
  // Development reports an event that is malformed, because that is a bug of whoever sent it.
  const reported = vi.spyOn(console, 'error').mockReturnValue(undefined)
  run.in.send({ type: 5 } as never)
  expect(reported).toHaveBeenCalledOnce()
  reported.mockRestore()
  expect((await err.getReader().read()).value).toMatchObject({ code: 'INVALID_EVENT' })
  await input.abort(new Error('enough'))
  await expect(out.getReader().read()).rejects.toThrow('enough')
})
