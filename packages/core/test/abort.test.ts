/** An abort after writes whose promises nobody has awaited yet. */
import { createRun } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { add, breaks, tally } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { ending } from './streams.ts'

expectBugs()

const reason = new Error('enough')

function written(first: typeof breaks = add(1)) {
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

describe('an abort after a write and a send', () => {
  test('leaves them applied, rejects later writes, and errors out', async () => {
    const { run, set, writer, write } = written()
    const aborted = writer.abort(reason)
    const late = writer.write(add(100)).catch((thrown: unknown) => thrown)
    await aborted
    expect([await write, await late]).toEqual(['applied', reason])
    expect(run.snapshot.current).toMatchObject({ state: 11, sequence: 2 })
    expect((await ending(set.out)).end).toBe(reason)
    expect((await ending(set.snapshot)).end).toBe('closed')
  })

  test('may come twice, and both calls are answered', async () => {
    const { writer, write } = written()
    expect(await Promise.all([writer.abort(reason), writer.abort('again'), write])).toEqual([
      undefined,
      undefined,
      'applied',
    ])
  })

  test('is rejected with the fatal error if the write ended the run', async () => {
    const { run, writer, write } = written(breaks)
    await expect(writer.abort(reason)).rejects.toBe(run.error)
    expect(await write).toBe(run.error)
  })

  test('is carried out if the lock is released meanwhile', async () => {
    const { set, writer, write } = written()
    const aborted = writer.abort(reason)
    writer.releaseLock()
    await aborted
    expect(await write).toBe('applied')
    expect((await ending(set.out)).end).toBe(reason)
    await expect(set.in.getWriter().write(add(100))).rejects.toBe(reason)
  })

  test('may come from the port itself, which is locked again at once', async () => {
    const { set, writer, write } = written()
    writer.releaseLock()
    const aborted = set.in.abort(reason)
    set.in.getWriter()
    await aborted
    expect(await write).toBe('applied')
    expect((await ending(set.out)).end).toBe(reason)
  })
})
