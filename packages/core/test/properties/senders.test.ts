/** Any interleaving of any senders is one history, whose fold gives the state and the outputs. */
import { createRun, type RunError, restoreRun } from '@xmachines/core'
import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { expectBugs } from '../quiet.ts'
import { all } from '../streams.ts'
import { batchOf, type Entry, fold, type LedgerRun, ledger, type Plan, plan, recordedBy, type Told } from './ledger.ts'

expectBugs()

// Readers of `err` end with the run, and what none of them holds any more is reported on the console.
vi.spyOn(console, 'warn').mockImplementation(() => undefined)

type Kind = 'held' | 'awaited' | 'send' | 'pipe'
type Ending = 'stays' | 'closes' | 'aborts'
interface Sender {
  readonly kind: Kind
  readonly own: boolean
  readonly ending: Ending
  readonly plans: readonly Plan[]
}

const sender: fc.Arbitrary<Sender> = fc.record({
  kind: fc.constantFrom<Kind>('held', 'awaited', 'send', 'pipe'),
  own: fc.boolean(),
  ending: fc.constantFrom<Ending>('stays', 'closes', 'aborts'),
  plans: fc.array(plan, { maxLength: 8 }),
})

/** What became of one batch, as its sender knows it. */
interface Sent {
  readonly from: number
  readonly first: number
  /** Undefined for pipes; a write that is refused resolves, and `err` delivers its refusal. */
  outcome: 'resolved' | 'refused' | 'rejected' | undefined
}

/** Drives a run as a sender would, a scheduler deciding whose turn it is. */
async function drive(
  run: LedgerRun,
  { kind, own, ending, plans }: Sender,
  from: number,
  turn: () => Promise<unknown>,
  sent: Sent[],
): Promise<void> {
  // The run's own set is shared: a send overtakes what another sender has queued there.
  const isFree = kind === 'send' || !run.in.locked
  const set = own || !isFree ? run.ports() : run
  const batches = plans.map((each, at) => batchOf(each, from, at))
  const entries = batches.map((batch, at): Sent => ({ from, first: at * 10, outcome: undefined }))
  sent.push(...entries)
  if (kind === 'send') {
    for (const [at, batch] of batches.entries()) {
      await turn()
      const code = set.in.send(batch)?.code
      ;(entries[at] as Sent).outcome = code === undefined ? 'resolved' : code === 'RUN_DONE' ? 'rejected' : 'refused'
    }
    return
  }
  if (kind === 'pipe') {
    let at = 0
    const source = new ReadableStream<Entry | Entry[]>({
      async pull(controller) {
        await turn()
        if (at < batches.length) controller.enqueue(batches[at++] as Entry)
        else if (ending === 'aborts') controller.error(new Error('the source failed'))
        else controller.close()
      },
    })
    await source.pipeTo(set.in, { preventClose: ending === 'stays' }).catch(() => undefined)
    return
  }
  const writer = set.in.getWriter()
  const writes: Promise<unknown>[] = []
  for (const [at, batch] of batches.entries()) {
    await turn()
    const entry = entries[at] as Sent
    const write = writer.write(batch).then(
      () => (entry.outcome = 'resolved'),
      () => (entry.outcome = 'rejected'),
    )
    writes.push(write)
    if (kind === 'awaited') await write
  }
  await turn()
  if (ending === 'closes') await writer.close().catch(() => undefined)
  if (ending === 'aborts') await writer.abort(new Error('given up')).catch(() => undefined)
  await Promise.all(writes)
}

test('any interleaving of senders ends in the fold of the history, and every batch is accounted for', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(sender, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      fc.scheduler(),
      async (senders, ends, scheduler) => {
        const run = createRun(ledger)
        const sent: Sent[] = []
        const outputs: Told[] = []
        const early = run.ports({ from: 'start' })
        const reading = (async () => {
          for await (const output of early.out) outputs.push(output)
        })()
        const refusals: RunError[] = []
        const listening = (async () => {
          for await (const error of early.err) refusals.push(error)
        })()
        const turn = async (): Promise<unknown> => await scheduler.schedule(Promise.resolve())
        const driving = senders.map((each, from) => drive(run, each, from, turn, sent))
        if (ends) driving.push(turn().then(() => void run.in.send({ type: 'END', from: 99, n: 0 })))
        const running = Promise.all(driving)
        await scheduler.waitFor(running)
        run.in.send({ type: 'END', from: 99, n: 0 })
        await Promise.all([reading, listening])

        const records = await all(run.history())
        const { state, told } = fold(records)
        expect(run.snapshot.current).toEqual({ state, status: 'done', sequence: records.length - 1 })
        expect(outputs).toEqual(told)
        expect(await all(run.ports({ from: 'start' }).out)).toEqual(told)

        for (const [from, { kind, plans }] of senders.entries()) {
          const recorded = recordedBy(records, from)
          expect(recorded).toEqual(recorded.toSorted((one, other) => one - other))
          expect(new Set(recorded).size).toBe(recorded.length)
          for (const { first, outcome } of sent.filter((each) => each.from === from)) {
            const valid = plans[first / 10]?.bad === 'no'
            const isRecorded = recorded.includes(first)
            if (!valid) expect(isRecorded).toBe(false)
            if (kind === 'send') expect(outcome === 'resolved').toBe(isRecorded)
            if (outcome === 'resolved') expect(isRecorded).toBe(valid)
            if (outcome === 'rejected') expect(isRecorded).toBe(false)
          }
        }
        const isValid = ({ from, first }: Sent): boolean => senders[from]?.plans[first / 10]?.bad === 'no'
        const refused = sent.filter(
          (each) => each.outcome === 'refused' || (each.outcome === 'resolved' && !isValid(each)),
        )
        const perhaps = sent.filter((each) => each.outcome === undefined && !isValid(each))
        expect(refusals.length).toBeGreaterThanOrEqual(refused.length)
        expect(refusals.length).toBeLessThanOrEqual(refused.length + perhaps.length)

        const restored = restoreRun(ledger, JSON.parse(JSON.stringify(run.toJSON())))
        expect([restored.id, restored.head, restored.snapshot.current]).toEqual([
          run.id,
          run.head,
          run.snapshot.current,
        ])
      },
    ),
    { numRuns: 300 },
  )
})
