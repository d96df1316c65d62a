/** The schemas of four libraries, as they are on the registry: what they transform, refuse and forbid. */
import {
  createRun,
  defineMachine,
  type HistoryRecord,
  type RunEvent,
  restoreRun,
  type StandardSchema,
} from '@xmachines/core'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import { expectBugs } from './quiet.ts'

expectBugs()

const machineOf = (events: StandardSchema<RunEvent>) =>
  defineMachine<RunEvent | null, RunEvent>({
    name: 'parsed',
    version: '1',
    initial: null,
    events,
    transition: (_state, event) => event,
  })

const recorded = (record: HistoryRecord<RunEvent> | undefined): readonly RunEvent[] | undefined =>
  record !== undefined && 'events' in record ? record.events : undefined

/** The same events in each library: text is trimmed, at any depth and in arrays, and what is missing has a default. */
const transforming: [library: string, StandardSchema<RunEvent>][] = [
  [
    'zod',
    z.discriminatedUnion('type', [
      z.object({
        type: z.literal('ADD'),
        text: z.string().trim(),
        count: z.coerce.number(),
        note: z.string().default('none'),
        tags: z.array(z.object({ name: z.string().toLowerCase() })),
      }),
      z.object({ type: z.literal('LOAD'), value: z.string().transform((text): unknown => JSON.parse(text)) }),
    ]),
  ],
  [
    'zod/mini',
    mini.discriminatedUnion('type', [
      mini.object({
        type: mini.literal('ADD'),
        text: mini.string().check(mini.trim()),
        count: mini.coerce.number(),
        note: mini._default(mini.string(), 'none'),
        tags: mini.array(mini.object({ name: mini.string().check(mini.toLowerCase()) })),
      }),
      mini.object({
        type: mini.literal('LOAD'),
        value: mini.pipe(
          mini.string(),
          mini.transform((text): unknown => JSON.parse(text)),
        ),
      }),
    ]),
  ],
  [
    'valibot',
    v.variant('type', [
      v.object({
        type: v.literal('ADD'),
        text: v.pipe(v.string(), v.trim()),
        count: v.pipe(v.union([v.string(), v.number()]), v.transform(Number)),
        note: v.optional(v.string(), 'none'),
        tags: v.array(v.object({ name: v.pipe(v.string(), v.toLowerCase()) })),
      }),
      v.object({
        type: v.literal('LOAD'),
        value: v.pipe(
          v.string(),
          v.transform((text): unknown => JSON.parse(text)),
        ),
      }),
    ]),
  ],
  [
    'arktype',
    type({
      '+': 'delete',
      type: '"ADD"',
      text: 'string.trim',
      count: 'string.numeric.parse',
      note: 'string = "none"',
      tags: type({ '+': 'delete', name: 'string.lower' }).array(),
    }).or({ type: '"LOAD"', value: 'string.json.parse' }),
  ],
]

describe.each(transforming)('a schema of %s', (_library, events) => {
  const machine = machineOf(events)
  const given = {
    type: 'ADD',
    text: ' a ',
    count: '2',
    tags: [{ name: 'RED', extra: 1 }, { name: 'Blue' }],
    unknown: true,
  }
  const parsed = { type: 'ADD', text: 'a', count: 2, note: 'none', tags: [{ name: 'red' }, { name: 'blue' }] }

  test('makes the event that is recorded, and leaves what the sender holds as it was', () => {
    const run = createRun(machine)
    const before = structuredClone(given)
    expect(run.in.send(given)).toBeUndefined()
    expect(run.state).toEqual(parsed)
    expect(recorded(run.toJSON().records[1])).toEqual([parsed])
    expect(given).toEqual(before)
  })

  test('parses each event of a batch, also one that the sender has frozen or sends twice', () => {
    const run = createRun(machine)
    const frozen = Object.freeze({ ...given, tags: Object.freeze([Object.freeze({ name: 'RED' })]) })
    const load: RunEvent & { value: string } = { type: 'LOAD', value: '{"a":[1,{"b":null}]}' }
    expect(run.in.send([frozen, frozen, load] as readonly RunEvent[])).toBeUndefined()
    const one = { ...parsed, tags: [{ name: 'red' }] }
    expect(recorded(run.toJSON().records[1])).toEqual([one, one, { type: 'LOAD', value: { a: [1, { b: null }] } }])
    expect(Object.isFrozen((run.state as unknown as { value: { a: object[] } }).value.a[1])).toBe(true)
  })

  test('refuses with the path to what is wrong, and the batch has no effect', () => {
    const run = createRun(machine)
    const refusal = run.in.send([given, { ...given, tags: [{ name: 'red' }, { name: 1 }] } as never])
    expect(refusal).toMatchObject({ code: 'SCHEMA_MISMATCH', index: 1, sequence: 0 })
    expect(refusal?.message).toMatch(/event\.tags\.1\.name: /)
    expect(run.state).toBe(null)
    expect(run.in.send({ type: 'NONE' })).toMatchObject({ code: 'SCHEMA_MISMATCH', index: 0 })
  })

  test('is not asked again when a run is restored, unless the caller says so', () => {
    const run = createRun(machine)
    run.in.send(given)
    const file = JSON.stringify(run)
    expect(restoreRun(machine, JSON.parse(file)).head).toBe(run.head)
    // What was parsed is text no more, so the schema of a transforming library refuses it.
    const load = createRun(machine)
    load.in.send({ type: 'LOAD', value: '[1]' } as RunEvent)
    expect(() => restoreRun(machine, load.toJSON(), { revalidate: true })).toThrow(/SCHEMA_MISMATCH/)
    expect(load.toJSON().records[1]).toMatchObject({ events: [{ value: [1] }] })
  })
})

/** Schemas that give a good event back as it was, and allow no other member. */
const strict: [library: string, StandardSchema<RunEvent>][] = [
  ['zod', z.strictObject({ type: z.literal('SET'), to: z.object({ n: z.number() }), text: z.string().trim() })],
  [
    'zod/mini',
    mini.strictObject({
      type: mini.literal('SET'),
      to: mini.object({ n: mini.number() }),
      text: mini.string().check(mini.trim()),
    }),
  ],
  [
    'valibot',
    v.strictObject({
      type: v.literal('SET'),
      to: v.object({ n: v.number() }),
      text: v.pipe(v.string(), v.trim()),
    }),
  ],
  ['arktype', type({ '+': 'reject', type: '"SET"', to: { n: 'number' }, text: 'string.trim' })],
]

describe.each(strict)('a strict schema of %s', (_library, events) => {
  const machine = machineOf(events)
  const given = { type: 'SET', to: { n: 1 }, text: 'a' }

  test('refuses a member that it does not know', () => {
    const refusal = createRun(machine).in.send({ ...given, other: 1 } as never)
    expect(refusal).toMatchObject({ code: 'SCHEMA_MISMATCH' })
    expect(refusal?.message).toMatch(/other/)
  })

  test('revalidates a history, and tells an event that it would change', () => {
    const run = createRun(machine)
    run.in.send(given)
    const document = run.toJSON()
    expect(restoreRun(machine, document, { revalidate: true }).head).toBe(run.head)
    const lax = createRun(defineMachine<RunEvent | null, RunEvent>({ ...machine, events: undefined } as never))
    lax.in.send({ ...given, text: ' a ' } as never)
    expect(() => restoreRun(machine, lax.toJSON(), { revalidate: true })).toThrow(/the schema changed event 0/)
  })
})

const asynchronous: [library: string, StandardSchema<RunEvent>][] = [
  ['zod', z.object({ type: z.string() }).refine(async () => await Promise.resolve(true))],
  ['zod/mini', mini.object({ type: mini.string() }).check(mini.refine(async () => await Promise.resolve(true)))],
  ['valibot', v.objectAsync({ type: v.string() })],
]

test.each(asynchronous)('an asynchronous schema of %s is refused', (_library, events) => {
  const refusal = createRun(machineOf(events)).in.send({ type: 'X' })
  expect(refusal).toMatchObject({ code: 'SCHEMA_MISMATCH' })
  expect(refusal?.message).toMatch(/schema .*asynchronous; give a synchronous one/)
})

test.each<[string, StandardSchema<RunEvent>]>([
  ['zod', z.object({ type: z.string() }).transform(({ type }: any) => ({ type: type.missing.type }))],
  [
    'zod/mini',
    mini.pipe(
      mini.object({ type: mini.string() }),
      mini.transform(({ type }: any) => ({ type: type.missing.type }) as never),
    ),
  ],
])('a function that throws in a schema of %s, which calls it asynchronous, is named as a cause', (_library, events) => {
  const refusal = createRun(machineOf(events)).in.send({ type: 'X' })
  expect(refusal?.message).toMatch(/or a function in it threw/)
})

test('an issue of arktype about the event itself has no path', () => {
  const narrow = type({ type: 'string' }).narrow((_event, context) => context.mustBe('better'))
  const refusal = createRun(machineOf(narrow)).in.send({ type: 'X' })
  expect(refusal?.message).toMatch(/refused "X": must be better/)
})

test('the machine infers its events from a schema', () => {
  const schema = type({ type: '"ADD"', by: 'number' })
  const machine = defineMachine({ name: 'm', version: '1', initial: 0, events: schema, transition: (n, e) => n + e.by })
  const run = createRun(machine)
  expect(run.in.send({ type: 'ADD', by: 2 })).toBeUndefined()
  expect(run.state).toBe(2)
})
