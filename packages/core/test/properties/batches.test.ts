/** Atomicity, identity and order, for batches of any kind. */
import { type BatchRecord, createRun, restoreRun } from '@xmachines/core'
import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { machineOf, repeatable } from '../machines.ts'
import { expectBugs } from '../quiet.ts'
import { all, take } from '../streams.ts'
import { batchOf, type Entry, fold, ledger, plan } from './ledger.ts'

expectBugs()

// Nobody reads `err` here.
vi.spyOn(console, 'warn').mockImplementation(() => undefined)

// A member named __proto__ is JSON, and not plain data: it is refused.
const anyJson = fc
  .jsonValue({ maxDepth: 4 })
  .map((value) => JSON.stringify(value))
  .filter((text) => !text.includes('"__proto__"'))
  .map((text) => JSON.parse(text) as unknown)

test('no refused batch leaves a trace, and each batch before and after it is applied', () => {
  fc.assert(
    fc.property(fc.array(plan, { minLength: 1, maxLength: 20 }), (plans) => {
      const run = createRun(ledger)
      for (const [at, each] of plans.entries()) {
        const before = {
          current: run.snapshot.current,
          json: JSON.stringify(run),
          position: run.position,
          head: run.head,
        }
        const refusal = run.in.send(batchOf(each, 0, at))
        expect(refusal === undefined).toBe(each.bad === 'no')
        if (refusal === undefined) continue
        expect(run.snapshot.current).toBe(before.current)
        expect({ json: JSON.stringify(run), position: run.position, head: run.head }).toEqual({
          json: before.json,
          position: before.position,
          head: before.head,
        })
        const alone = each.single || each.size === 1
        // What is no event at all has an index where it stands in a batch.
        if (!alone || each.bad === 'BAD') expect(refusal.index).toBe(alone ? 0 : each.size - 1)
      }
      expect(run.snapshot.current.state).toEqual(fold(run.toJSON().records).state)
    }),
    { numRuns: 150 },
  )
})

test('the head depends on nothing but machine, genesis and batches', async () => {
  const ways = ['send', 'write', 'held', 'pipe', 'ports'] as const
  await fc.assert(
    fc.asyncProperty(
      fc.array(plan, { maxLength: 12 }),
      fc.constantFrom(...ways),
      fc.boolean(),
      async (plans, way, looking) => {
        const batches = plans.map((each, at) => batchOf(each, 0, at))
        const reference = createRun(ledger, repeatable)
        for (const batch of batches) reference.in.send(batch)
        const run = createRun(ledger, repeatable)
        if (looking) run.snapshot.subscribe(() => void run.head)
        if (way === 'send') for (const batch of batches) run.in.send(shuffled(batch))
        else if (way === 'pipe') {
          let at = 0
          const pull = (controller: ReadableStreamDefaultController<Entry | Entry[]>): void =>
            at < batches.length ? controller.enqueue(batches[at++] as Entry) : controller.close()
          await new ReadableStream({ pull }).pipeTo(run.in)
        } else {
          const writer = (way === 'ports' ? run.ports({ highWaterMark: 0 }) : run).in.getWriter()
          const writes = batches.map((batch) => writer.write(shuffled(batch)))
          await Promise.all(writes)
        }
        expect([run.id, run.head, run.position]).toEqual([reference.id, reference.head, reference.position])
        expect(run.snapshot.current).toEqual(reference.snapshot.current)
        expect(run.toJSON()).toEqual(reference.toJSON())
      },
    ),
    { numRuns: 150 },
  )
})

test('any plain data goes through a history unchanged, and gives the same id, head and state', () => {
  const machine = machineOf((_state, event) => event.value ?? null, { initial: (input: unknown) => input ?? null })
  fc.assert(
    fc.property(anyJson, fc.array(anyJson, { maxLength: 6 }), (input, values) => {
      const run = createRun(machine, { input })
      for (const value of values) expect(run.in.send({ type: 'SET', value })).toBeUndefined()
      const events = (run.toJSON().records.slice(1) as BatchRecord<{ type: string; value?: unknown }>[]).flatMap(
        (record) => record.events,
      )
      expect(JSON.stringify(events.map(({ value }) => value))).toBe(JSON.stringify(values))
      const restored = restoreRun(machine, JSON.parse(JSON.stringify(run.toJSON())), { head: run.head })
      expect([restored.id, restored.head]).toEqual([run.id, run.head])
      expect(restored.snapshot.current).toEqual(run.snapshot.current)
      expect(restored.toJSON()).toEqual(run.toJSON())
    }),
    { numRuns: 300 },
  )
})

test('every output appears once and in order to every reader, wherever it begins', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { maxLength: 10 }), fc.array(fc.nat(), { maxLength: 4 }), async (plans, starts) => {
      const run = createRun(ledger)
      for (const [at, each] of plans.entries()) run.in.send(batchOf(each, 0, at))
      const { told } = fold(await all(run.history()))
      expect(run.position).toBe(told.length)
      for (const start of starts) {
        const from = start % (told.length + 1)
        expect(await take(run.ports({ from }).out, told.length - from)).toEqual(told.slice(from))
      }
    }),
    { numRuns: 100 },
  )
})

/** The same events with their members in another order. */
function shuffled(batch: Entry | Entry[]): Entry | Entry[] {
  if (!Array.isArray(batch)) return { n: batch.n, from: batch.from, type: batch.type }
  return batch.map(({ type, from, n }) => ({ from, type, n }))
}
