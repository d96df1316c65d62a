/** Machines whose events are parsed by a Standard Schema before they are recorded. */
import { runInNewContext } from 'node:vm'
import { createRun, defineMachine, restoreRun, type StandardSchema } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { expectBugs } from './quiet.ts'

expectBugs()

const events = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ADD'), by: z.coerce.number<number>().int(), note: z.string().default('none') }),
  z.object({ type: z.literal('CLEAR') }),
])
type Event = z.output<typeof events>

const machine = defineMachine<number, Event>({
  name: 'parsed',
  version: '1',
  initial: 0,
  events,
  on: { ADD: (total, event) => total + event.by, CLEAR: () => 0 },
})

const schemaOf = (validate: StandardSchema<{ type: string }>['~standard']['validate']) => {
  const standard: StandardSchema<{ type: string }> = { '~standard': { version: 1, vendor: 'test', validate } }
  return createRun(
    defineMachine<number, { type: string }>({
      name: 'm',
      version: '1',
      initial: 0,
      transition: (n) => n + 1,
      events: standard,
    }),
  )
}

describe('a schema', () => {
  test('makes the event that is recorded and handled', () => {
    const run = createRun(machine)
    expect(run.in.send({ type: 'ADD', by: '2', unknown: true } as never)).toBeUndefined()
    expect(run.snapshot.current.state).toBe(2)
    expect(run.toJSON().records[1]).toMatchObject({ events: [{ type: 'ADD', by: 2, note: 'none' }] })
    expect((run.toJSON().records[1] as unknown as { events: object[] }).events[0]).not.toHaveProperty('unknown')
  })

  test('refuses what it does not know, with the issue and the index', () => {
    const run = createRun(machine)
    const refusal = run.in.send([{ type: 'CLEAR' }, { type: 'ADD', by: 'two', note: '' } as never])
    expect(refusal).toMatchObject({ code: 'SCHEMA_MISMATCH', index: 1, sequence: 0 })
    expect(refusal?.message).toMatch(/schema .*"ADD".*event\.by: /)
    expect(refusal?.cause).toMatchObject([{ path: ['by'] }])
    expect(run.snapshot.current.sequence).toBe(0)
  })

  test('is not asked about what is not plain data with a type', () => {
    let asked = 0
    const run = schemaOf((value) => {
      asked++
      return { value: value as { type: string } }
    })
    expect(run.in.send({ type: 1 } as never)).toMatchObject({ code: 'INVALID_EVENT' })
    expect(run.in.send({ type: 'X', when: new Date(0) } as never)).toMatchObject({ code: 'INVALID_EVENT' })
    expect(asked).toBe(0)
  })

  test('is given a copy that it may change, and what it changes later has no effect', () => {
    type Held = { type: string; list: { n: number }[] }
    const held: Held[] = []
    const run = schemaOf((value) => {
      const event = value as Held
      held.push(event)
      event.list[0]!.n++
      return { value: event }
    })
    const given = { type: 'X', list: [{ n: 1 }] }
    expect(run.in.send(given)).toBeUndefined()
    for (const event of held) event.list.push({ n: 9 })
    expect(given).toEqual({ type: 'X', list: [{ n: 1 }] })
    expect(run.toJSON().records[1]).toMatchObject({ events: [{ type: 'X', list: [{ n: 2 }] }] })
  })

  test('that changes its copy and refuses it leaves no trace', () => {
    const run = schemaOf((value) => {
      ;(value as { type: string }).type = 'changed'
      return { issues: [{ message: 'no' }] }
    })
    const batch = [{ type: 'X' }]
    expect(run.in.send(batch)).toMatchObject({ code: 'SCHEMA_MISMATCH', message: expect.stringContaining('"X": no') })
    expect(batch).toEqual([{ type: 'X' }])
  })

  test('is asked again with a copy of its own: revalidation does not change the history', () => {
    const events: StandardSchema<{ type: string }> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) => {
          const event = value as { type: string; seen?: boolean }
          event.seen = true
          return { value: event }
        },
      },
    }
    const seeing = defineMachine<number, { type: string }>({ name: 'm', version: '1', initial: 0, events, on: {} })
    const blind = defineMachine<number, { type: string }>({ name: 'm', version: '1', initial: 0, on: {} })
    const run = createRun(seeing)
    run.in.send({ type: 'X' })
    expect(restoreRun(seeing, run.toJSON(), { revalidate: true }).head).toBe(run.head)
    const other = createRun(blind)
    other.in.send({ type: 'X' })
    const document = other.toJSON()
    expect(() => restoreRun(seeing, document, { revalidate: true })).toThrow(/the schema changed event 0/)
    expect(document.records[1]).toMatchObject({ events: [{ type: 'X' }] })
    expect(restoreRun(seeing, document).head).toBe(other.head)
  })
})

describe('refused as SCHEMA_MISMATCH is a schema that', () => {
  test('is asynchronous, also when its promise is rejected', async () => {
    const asynchronous = defineMachine<number, { type: 'X' }>({
      name: 'm',
      version: '1',
      initial: 0,
      events: z.object({ type: z.literal('X') }).refine(async () => await Promise.resolve(true)),
      on: {},
    })
    const refusal = createRun(asynchronous).in.send({ type: 'X' })
    expect(refusal).toMatchObject({ code: 'SCHEMA_MISMATCH', index: 0 })
    expect(refusal?.message).toMatch(/schema .*asynchronous/)
    const rejecting = schemaOf(async () => await Promise.reject(new Error('later')))
    expect(rejecting.in.send({ type: 'X' })).toMatchObject({ code: 'SCHEMA_MISMATCH' })
    // Not every promise is an instance of this realm's.
    const foreign = runInNewContext("Promise.reject(new Error('later'))") as Promise<never>
    expect(schemaOf(() => foreign).in.send({ type: 'X' })?.message).toMatch(/asynchronous/)
    // A rejection that nobody handles would fail this file.
    await new Promise((resolve) => setTimeout(resolve))
  })

  test('throws', () => {
    const run = schemaOf(() => {
      throw new Error('broken')
    })
    const refusal = run.in.send({ type: 'X' })
    expect(refusal).toMatchObject({ code: 'SCHEMA_MISMATCH', cause: expect.objectContaining({ message: 'broken' }) })
  })

  test('gives what is not plain data', () => {
    const refusal = schemaOf(() => ({ value: { type: 'X', when: new Date(0) } as never })).in.send({ type: 'X' })
    expect(refusal).toMatchObject({ code: 'SCHEMA_MISMATCH' })
    expect(refusal?.message).toMatch(/event\.when .*Date/)
  })

  test.each([[undefined], [1], [{}], [[]]])('gives what is not an event: %j', (value) => {
    expect(schemaOf(() => ({ value: value as never })).in.send({ type: 'X' })).toMatchObject({
      code: 'SCHEMA_MISMATCH',
    })
  })
})
