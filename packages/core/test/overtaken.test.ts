/** Writes that a send has overtaken, before the stream acknowledges them. */
import { createRun } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { add, breaks, tally } from './machines.ts'
import { ending } from './streams.ts'

const reason = new Error('enough')

function overtaken(first: typeof breaks = add(1)) {
  const run = createRun(tally)
  const set = run.ports()
  const writer = set.in.getWriter()
  const write = writer.write(first).then(
    () => 'applied',
    (thrown: unknown) => thrown,
  )
  set.in.send(add(10))
  return { run, set, writer, write }
}

describe('an abort behind writes that a send has overtaken', () => {
  test('leaves them applied, drops what comes later, and errors out', async () => {
    const { run, set, writer, write } = overtaken()
    const aborted = writer.abort(reason)
    const late = writer.write(add(100)).catch((thrown: unknown) => thrown)
    await aborted
    expect([await write, await late]).toEqual(['applied', reason])
    expect(run.snapshot.current).toMatchObject({ state: 11, sequence: 2 })
    expect((await ending(set.out)).end).toBe(reason)
    expect((await ending(set.snapshot)).end).toBe('closed')
  })

  test('may come twice, and both are answered', async () => {
    const { writer, write } = overtaken()
    expect(await Promise.all([writer.abort(reason), writer.abort('again'), write])).toEqual([
      undefined,
      undefined,
      'applied',
    ])
  })

  test('is answered also where one of them ended the run', async () => {
    const { run, writer, write } = overtaken(breaks)
    await writer.abort(reason)
    expect(await write).toBe(run.error)
  })

  test('is carried out also where the lock is let go meanwhile', async () => {
    const { set, writer, write } = overtaken()
    const aborted = writer.abort(reason)
    writer.releaseLock()
    await aborted
    expect(await write).toBe('applied')
    expect((await ending(set.out)).end).toBe(reason)
    await expect(set.in.getWriter().write(add(100))).rejects.toBe(reason)
  })

  test('may come from the port itself, which is locked anew at once', async () => {
    const { set, writer, write } = overtaken()
    writer.releaseLock()
    const aborted = set.in.abort(reason)
    set.in.getWriter()
    await aborted
    expect(await write).toBe('applied')
    expect((await ending(set.out)).end).toBe(reason)
  })
})
