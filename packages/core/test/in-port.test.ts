/** The one way into a run: write and send, their order, and what is promised to a writer. */
import { createRun } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { add, breaks, fail, machineOf, tally } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { outcome, settled, streamOf } from './streams.ts'

expectBugs()

const listing = machineOf((list, event) => [...list, event.value], { initial: [] })
const item = (value: unknown) => ({ type: 'ITEM', value })

describe('in', () => {
  test('is a WritableStream that can be locked, and reserves one port', async () => {
    const run = createRun(tally)
    expect(run.in).toBeInstanceOf(WritableStream)
    const writer = run.in.getWriter()
    expect(writer).toBeInstanceOf(WritableStreamDefaultWriter)
    expect(run.in.locked).toBe(true)
    expect(() => run.in.getWriter()).toThrow(TypeError)
    await expect(run.in.close()).rejects.toThrow(TypeError)
    await expect(run.in.abort()).rejects.toThrow(TypeError)
    writer.releaseLock()
    await run.in.getWriter().write(add())
    expect(run.snapshot.current.state).toBe(1)
  })

  test('applies a batch during the call of write', async () => {
    const run = createRun(tally)
    const writer = run.in.getWriter()
    const first = writer.write(add(2))
    expect(run.snapshot.current.state).toBe(2)
    const second = writer.write([add(3), add(4)])
    expect(run.snapshot.current).toMatchObject({ state: 9, sequence: 2 })
    await Promise.all([first, second])
    expect(run.snapshot.current.sequence).toBe(2)
  })

  test('resolves a write once its batch is refused, and takes the next', async () => {
    const run = createRun(tally)
    const errors = run.err.getReader()
    const writer = run.in.getWriter()
    await expect(writer.write(fail)).resolves.toBeUndefined()
    await expect(writer.write('nonsense' as never)).resolves.toBeUndefined()
    await writer.write(add())
    expect(run.snapshot.current).toEqual({ state: 1, status: 'active', sequence: 1 })
    expect((await errors.read()).value?.code).toBe('TRANSITION_FAILED')
    expect((await errors.read()).value?.code).toBe('INVALID_EVENT')
  })

  test('applies what was written together in order', async () => {
    const run = createRun(listing)
    const writer = run.in.getWriter()
    await Promise.all([1, 2, 3, 4, 5].map((n) => writer.write(n % 2 === 0 ? [item(n), item(-n)] : item(n))))
    expect(run.snapshot.current.state).toEqual([1, 2, -2, 3, 4, -4, 5])
  })

  test('takes the same object written twice as two events', async () => {
    const run = createRun(listing)
    const writer = run.in.getWriter()
    const event = item(1)
    const first = writer.write(event)
    event.value = 2
    await Promise.all([first, writer.write(event)])
    expect(run.snapshot.current.state).toEqual([1, 2])
  })

  test('is where streams are piped to', async () => {
    const run = createRun(listing)
    await streamOf([item(1), [item(2), item(3)], item(4)]).pipeTo(run.in)
    expect(run.snapshot.current).toMatchObject({ state: [1, 2, 3, 4], sequence: 3, status: 'active' })
  })

  test('rejects the writes of a writer that released its lock, and no others', async () => {
    const run = createRun(listing)
    const writer = run.in.getWriter()
    const first = writer.write(item(1))
    writer.releaseLock()
    await expect(writer.write(item(2))).rejects.toThrow(TypeError)
    await run.in.getWriter().write(item(3))
    await first
    expect(run.snapshot.current.state).toEqual([1, 3])
  })
})

describe('a write to a port that is closing', () => {
  test('is rejected, and throws nothing', async () => {
    const run = createRun(tally)
    const writer = run.in.getWriter()
    await writer.write(add())
    const closed = writer.close()
    // Node words it otherwise than the standard.
    await expect(writer.write(add())).rejects.toBeInstanceOf(Error)
    await closed
    expect(run.state).toBe(1)
  })

  test('resolves if it was applied, and a subscriber closed the port meanwhile', async () => {
    const run = createRun(tally)
    const set = run.ports({ highWaterMark: 0 })
    const reader = set.out.getReader()
    const writer = set.in.getWriter()
    await writer.write(add())
    set.snapshot.subscribe(() => void writer.close().catch(() => undefined))
    const written = writer.write(add())
    await reader.read()
    await reader.read()
    await written
    expect(run.state).toBe(2)
  })
})

describe('a chunk of a pipe or of a writer that was made by its constructor', () => {
  test('is applied when the stream gets to it', async () => {
    const run = createRun(listing)
    const writer = new WritableStreamDefaultWriter(run.in)
    const written = [writer.write(item(1)), writer.write([item(2), item(3)])]
    await Promise.all(written)
    expect(run.snapshot.current).toMatchObject({ state: [1, 2, 3], sequence: 2 })
    const closed = writer.close()
    writer.releaseLock()
    await closed
    await expect(run.in.getWriter().write(item(4))).rejects.toThrow(TypeError)
    expect(run.snapshot.current.sequence).toBe(2)
  })

  test('is applied and rejected if it is fatal', async () => {
    const run = createRun(tally)
    const writer = new WritableStreamDefaultWriter(run.in)
    const thrown: unknown = await writer.write(breaks).catch((error: unknown) => error)
    expect(thrown).toMatchObject({ fatal: true })
    expect(thrown).toBe(run.error)
  })

  test('waits if out is too full, and an abort ends the waiting', async () => {
    const run = createRun(tally)
    const set = run.ports({ highWaterMark: 0 })
    const reader = set.out.getReader()
    const writer = new WritableStreamDefaultWriter(set.in)
    await writer.write(add())
    const waiting = writer.write(add())
    expect(await outcome(waiting)).toBe('pending')
    expect(run.state).toBe(2)
    const aborted = writer.abort('gone')
    writer.releaseLock()
    await expect(set.in.getWriter().write(add())).rejects.toBe('gone')
    await aborted
    await expect(reader.read()).rejects.toBe('gone')
    expect(run.state).toBe(2)
  })
})

describe('send', () => {
  test('is applied when it returns, as often as it is called in one tick', () => {
    const run = createRun(tally)
    for (let total = 1; total <= 3; total++) {
      expect(run.in.send(add())).toBeUndefined()
      expect(run.snapshot.current.state).toBe(total)
    }
  })

  test('returns the refusal that err delivers', async () => {
    const run = createRun(tally)
    const refusal = run.in.send(fail)
    expect(refusal?.code).toBe('TRANSITION_FAILED')
    expect((await run.err.getReader().read()).value).toBe(refusal)
  })

  test('is bound, and takes no lock', () => {
    const run = createRun(tally)
    const { send } = run.in
    run.in.getWriter()
    expect(send(add())).toBeUndefined()
    expect(run.snapshot.current.state).toBe(1)
  })

  test('comes after what its own in has written', async () => {
    const run = createRun(listing)
    const writer = run.in.getWriter()
    const writes = [writer.write(item(1)), writer.write('nonsense' as never), writer.write([item(2), item(3)])]
    const errors = run.err.getReader()
    expect(run.in.send(item(4))).toBeUndefined()
    expect(run.snapshot.current.state).toEqual([1, 2, 3, 4])
    await Promise.all(writes)
    await writer.write(item(5))
    expect(run.snapshot.current).toMatchObject({ state: [1, 2, 3, 4, 5], sequence: 4 })
    expect((await errors.read()).value?.code).toBe('INVALID_EVENT')
  })

  test('comes after what other sets have written', async () => {
    const run = createRun(listing)
    const written = run.ports().in.getWriter().write(item(1))
    run.in.send(item(2))
    await written
    expect(run.snapshot.current.state).toEqual([1, 2])
  })

  test('stays in order between writes that nobody awaits', async () => {
    const run = createRun(listing)
    const writer = run.in.getWriter()
    const writes = []
    for (let n = 0; n < 50; n++) {
      if (n % 3 === 2) run.in.send(item(n))
      else writes.push(writer.write(item(n)))
    }
    await Promise.all(writes)
    expect(run.snapshot.current.state).toEqual(Array.from({ length: 50 }, (_, n) => n))
  })

  test('works while in is closed, and after another set’s abort', async () => {
    const run = createRun(listing)
    await run.in.close()
    expect(run.in.send(item(1))).toBeUndefined()
    const other = run.ports()
    await other.in.abort(new Error('gone'))
    expect(other.in.send(item(2))).toBeUndefined()
    expect(run.snapshot.current.state).toEqual([1, 2])
  })
})

describe('a write that is under way', () => {
  test('while its own copying closes the stream is rejected, and leaves no trace', async () => {
    const run = createRun(listing)
    const writer = run.in.getWriter()
    const trap = new Proxy(item(1), {
      get(target, key, receiver) {
        if (key === 'value') void writer.close().catch(() => undefined)
        return Reflect.get(target, key, receiver) as unknown
      },
    })
    await expect(writer.write(trap)).rejects.toThrow(TypeError)
    run.in.send(item(2))
    await settled()
    expect(run.snapshot.current.state).toEqual([2])
  })

  test('while its own copying writes and sends is applied before or after them, and never twice', async () => {
    const run = createRun(listing)
    const writer = run.in.getWriter()
    let inner: Promise<void> | undefined
    const trap = new Proxy(item('outer'), {
      get(target, key, receiver) {
        if (key === 'value') {
          inner ??= writer.write(item('inner'))
          run.in.send(item('sent'))
        }
        return Reflect.get(target, key, receiver) as unknown
      },
    })
    await writer.write(trap)
    await inner
    const state = run.snapshot.current.state as string[]
    expect(state.filter((value) => value !== 'sent').toSorted()).toEqual(['inner', 'outer'])
  })

  test('while its own copying releases the lock is rejected, and leaves no trace', async () => {
    const run = createRun(listing)
    const writer = run.in.getWriter()
    const trap = new Proxy(item(1), {
      get(target, key, receiver) {
        if (key === 'value') writer.releaseLock()
        return Reflect.get(target, key, receiver) as unknown
      },
    })
    await expect(writer.write(trap)).rejects.toThrow(TypeError)
    run.in.send(item(2))
    await settled()
    expect(run.snapshot.current.state).toEqual([2])
  })
})
