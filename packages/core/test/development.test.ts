/** Development remembers what it walked, so that an event costs what it changes; and it forgets no rule for that. */
import { describe, expect, test } from 'vitest'
import { runOf } from './machines.ts'
import { expectBugs } from './quiet.ts'

expectBugs()

const ROWS = 2_000

/** Rows that count how often their members are read, in an order that is not canonical. */
function countedRows() {
  let reads = 0
  const rows = Array.from(
    { length: ROWS },
    (_, id) =>
      new Proxy(
        { text: `row ${id}`, id },
        {
          get(target, key, receiver) {
            reads++
            return Reflect.get(target, key, receiver) as unknown
          },
        },
      ),
  )
  return { rows, reads: () => reads }
}

type Rows = { readonly rows: readonly { id: number; text: string }[] }

test('an event that changes one row reads no other row', () => {
  const { rows, reads } = countedRows()
  const run = runOf(
    (state: Rows, event) => ({
      rows:
        event.type === 'LOAD'
          ? rows
          : state.rows.map((row, at) => (at === event.value ? { text: 'new', id: at } : row)),
    }),
    { initial: { rows: [] } },
  )
  expect(run.in.send({ type: 'LOAD' })).toBeUndefined()
  const loaded = reads()
  expect(loaded).toBeGreaterThan(ROWS)
  expect(run.in.send({ type: 'SET', value: 3 })).toBeUndefined()
  expect(run.in.send({ type: 'SET', value: ROWS - 1 })).toBeUndefined()
  expect(reads()).toBe(loaded)
  expect((run.state as Rows).rows[3]).toEqual({ id: 3, text: 'new' })
})

describe('of a long array', () => {
  const change = (state: { list: readonly unknown[] }, event: { value: any }) => {
    const list = [...state.list]
    list[event.value.at] = event.value.item
    return { list }
  }
  const long = (item: () => unknown) => ({ initial: { list: Array.from({ length: 1500 }, item) } })
  const put = (at: number, item: unknown) => ({ type: 'PUT', value: { at, item } })

  test('an item that changes is checked', () => {
    const run = runOf(
      (state: { list: readonly unknown[] }, event) => {
        const list = [...state.list]
        list[event.value] = { when: new Date(0) }
        return { list }
      },
      long(() => ({ n: 1 })),
    )
    expect(run.in.send({ type: 'X', value: 1200 })?.message).toMatch(/state\.list\[1200\]\.when is a Date/)
  })

  test('an accessor among the items is refused', () => {
    const run = runOf(
      (state: { list: readonly unknown[] }) => {
        const list = [...state.list]
        return { list: Object.defineProperty(list, 7, { get: () => 1, enumerable: true }) }
      },
      long(() => 1),
    )
    expect(run.in.send({ type: 'X' })?.message).toMatch(/state\.list\[7\] is an accessor/)
  })

  test('an accessor in place of a null is refused, though it gives null too', () => {
    const run = runOf(
      (state: { list: readonly unknown[] }, event) => {
        const list = [...state.list]
        return event.value ? { list: Object.defineProperty(list, 7, { get: () => null, enumerable: true }) } : { list }
      },
      long(() => null),
    )
    expect(run.in.send({ type: 'X', value: false })).toBeUndefined()
    expect(run.in.send({ type: 'X', value: true })?.message).toMatch(/state\.list\[7\] is an accessor/)
  })

  test('the levels of items that went do not count, and those of items that stay do', () => {
    const nest = (levels: number): unknown => {
      let nested: unknown = 1
      for (let level = 0; level < levels; level++) nested = { nested }
      return nested
    }
    const run = runOf(
      (state: { list: readonly unknown[] }, event) => {
        if (event.type === 'PUT') return change(state, event)
        let around: unknown = state.list
        for (let level = 0; level < event.value; level++) around = [around]
        return { list: state.list, around }
      },
      long(() => 0),
    )
    expect(run.in.send([put(0, nest(400)), put(1, nest(300)), put(2, nest(300))])).toBeUndefined()
    expect(run.in.send({ type: 'WRAP', value: 150 })).toMatchObject({ code: 'INVALID_STATE' })
    expect(run.in.send(put(0, nest(350)))).toBeUndefined()
    expect(run.in.send({ type: 'WRAP', value: 150 })).toBeUndefined()
    expect(run.in.send(put(0, 1))).toBeUndefined()
    expect(run.in.send({ type: 'WRAP', value: 210 })).toBeUndefined()
    expect(run.in.send({ type: 'WRAP', value: 211 })).toMatchObject({ code: 'INVALID_STATE' })
    expect(run.in.send([put(1, null), put(2, 'text')])).toBeUndefined()
    expect(run.in.send({ type: 'WRAP', value: 510 })).toBeUndefined()
  })

  test('a member that is not an item is refused', () => {
    const run = runOf(
      (state: { list: readonly unknown[] }) => ({ list: Object.assign([...state.list], { extra: 1 }) }),
      long(() => 1),
    )
    expect(run.in.send({ type: 'X' })?.message).toMatch(/state\.list\.extra is a member of an array but not an item/)
  })

  test('the values of items that changed count, and those of items that went do not', () => {
    const numbers = (length: number) => Array.from({ length }, () => 1)
    const run = runOf(
      change,
      long(() => numbers(600)),
    )
    expect(run.in.send(put(0, numbers(98_000)))).toBeUndefined()
    const refusal = run.in.send(put(1, numbers(2_000)))
    expect(refusal).toMatchObject({ code: 'INVALID_STATE', message: expect.stringContaining('1000000') })
    expect(run.in.send([put(0, 1), put(1, numbers(98_000))])).toBeUndefined()
    expect(run.in.send([put(1, 1), put(2, numbers(98_000))])).toBeUndefined()
  })

  test('a difference in an item that did not change for a reader of values is found', () => {
    let count = 0
    const run = runOf(
      (state: { list: readonly unknown[] }) => {
        const list = [...state.list]
        list[1400] = { b: 1, a: ++count }
        return { list }
      },
      long(() => ({ b: 1, a: 1 })),
    )
    expect(run.in.send({ type: 'X' })).toMatchObject({
      code: 'NONDETERMINISTIC',
      message: expect.stringContaining('state.list[1400].a had two results'),
    })
  })
})

test('what lies too deep is refused, whether it was walked before or not', () => {
  const nest = (value: unknown, levels: number): unknown => {
    let nested = value
    for (let level = 0; level < levels; level++) nested = [nested]
    return nested
  }
  const run = runOf((state: { inner: unknown }, event) => ({ inner: nest(state.inner, event.value) }), {
    initial: { inner: nest(1, 300) },
  })
  expect(run.in.send({ type: 'X', value: 211 })).toBeUndefined()
  expect(run.in.send({ type: 'X', value: 1 })).toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringContaining('512'),
  })
})
