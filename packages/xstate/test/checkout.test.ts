/** The checkout of docs/coming-from-xstate.md: the page shows the files in `checkout`, and both forms do the same. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRun, handleOutputs } from '@xmachines/core'
import { fromXState, xstateEffects } from '@xmachines/xstate'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fromPromise } from 'xstate'
import { checkout as chart } from './checkout/chart.ts'
import { handlersOf } from './checkout/handlers.ts'
import { type Checkout, checkout as machine } from './checkout/machine.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const text = (path: string): string => readFileSync(join(import.meta.dirname, path), 'utf8')

const page = text('../../../docs/coming-from-xstate.md')

test.each(['Chart', 'Machine', 'Handlers'])('the guide shows each line of the %s once, as it is run here', (name) => {
  const file = text(`checkout/${name.toLowerCase()}.ts`)
  const blocks = [...page.matchAll(new RegExp(`^${name}:\n\n\`\`\`ts part\n([^]*?)\`\`\`$`, 'gm'))].map(
    ([, code = '']) => code,
  )
  for (const block of blocks) expect(file.split(block), block).toHaveLength(2)
  const inOrder = name === 'Chart' ? blocks : blocks.sort((one, other) => file.indexOf(one) - file.indexOf(other))
  const linesOf = (code: string): string[] => code.split('\n').filter((line) => line !== '')
  expect(linesOf(inOrder.join('\n'))).toEqual(linesOf(file))
})

interface Plan {
  readonly failures: number
  readonly pays: number
  readonly packs: number
  readonly canPack?: boolean
}

/** A world in which so many payments fail, and in which each thing takes so long. */
function world({ failures, pays, packs, canPack = true }: Plan) {
  const asked: number[] = []
  const begin = Date.now()
  const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
  return {
    asked,
    wait,
    async pay(order: string): Promise<string> {
      asked.push(Math.round((Date.now() - begin) / 1000))
      await wait(pays)
      if (asked.length <= failures) throw new Error('declined')
      return `receipt of ${order}`
    },
    async pack(order: string): Promise<string> {
      await wait(packs)
      if (!canPack) throw new Error('no boxes')
      return `parcel of ${order}`
    },
  }
}

type World = ReturnType<typeof world>

const input = { order: 'cups' }

/** Where both forms are after a minute, and after how many seconds they asked for a payment. */
async function runBoth(plan: Plan, cancelAt?: number) {
  const [first, second] = [world(plan), world(plan)]
  const actors = ({ pay, pack }: World) => ({
    pay: fromPromise<string, string>(({ input: order }) => pay(order)),
    pack: fromPromise<string, string>(({ input: order }) => pack(order)),
  })
  const before = createRun(fromXState(chart), { input })
  void handleOutputs(before, xstateEffects(before, chart.provide({ actors: actors(first) })))
  const after = createRun(machine, { input })
  void handleOutputs(after, handlersOf(second))
  if (cancelAt !== undefined) {
    await vi.advanceTimersByTimeAsync(cancelAt)
    for (const run of [before, after]) run.in.send({ type: 'CANCEL' })
  }
  await vi.advanceTimersByTimeAsync(60_000)
  expect([before, after].map(({ snapshot }) => snapshot.current.status)).toEqual(['done', 'done'])
  expect(second.asked).toEqual(first.asked)
  expect(after.state.at).toBe(before.state.value)
  return { before: before.state, after: after.state, asked: second.asked }
}

test('both forms end with the receipt and the parcel, however long each takes', async () => {
  for (const plan of [
    { failures: 0, pays: 10, packs: 500 },
    { failures: 0, pays: 500, packs: 10 },
    { failures: 2, pays: 10, packs: 10 },
  ]) {
    const { before, after } = await runBoth(plan)
    expect(before.context).toMatchObject({ receipt: 'receipt of cups', parcel: 'parcel of cups' })
    expect(after).toEqual({ at: 'done', receipt: 'receipt of cups', parcel: 'parcel of cups' })
  }
})

test('both forms ask three times, after two seconds and then four, and then give up', async () => {
  const { after, asked } = await runBoth({ failures: 3, pays: 0, packs: 10 })
  expect(after).toEqual({ at: 'failed' })
  expect(asked).toEqual([0, 2, 6])
})

test('both forms ask no more once they are cancelled', async () => {
  const { after, asked } = await runBoth({ failures: 3, pays: 0, packs: 10 }, 2500)
  expect(after).toEqual({ at: 'cancelled' })
  expect(asked).toEqual([0, 2])
})

test('both forms fail if it cannot be packed, and ask no more for a payment', async () => {
  const { after, asked } = await runBoth({ failures: 3, pays: 0, packs: 2500, canPack: false })
  expect(after).toEqual({ at: 'failed' })
  expect(asked).toEqual([0, 2])
})

/** What the world is asked for, and whether it is still wanted. The test answers. */
interface Asked {
  readonly what: 'pay' | 'pack'
  readonly signal: AbortSignal
  resolve(answer: string): void
  reject(why: Error): void
}

function patientWorld(): { readonly asked: Asked[]; ask(what: Asked['what'], signal: AbortSignal): Promise<string> } {
  const asked: Asked[] = []
  const ask = (what: Asked['what'], signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => void asked.push({ what, signal, resolve, reject }))
  return { asked, ask }
}

/** What the state of the chart shows, as the state of the machine says it. */
function shownBy({ value, context }: { value: unknown; context: unknown }): Checkout {
  const { order, tries, receipt, parcel } = context as { order: string; tries: number; receipt: string; parcel: string }
  if (value === 'done') return { at: value, receipt, parcel }
  if (value === 'failed' || value === 'cancelled') return { at: value }
  const { payment, shipping } = (value as { underway: { payment: 'asking' | 'waiting' | 'paid'; shipping: string } })
    .underway
  return {
    at: 'underway',
    order,
    payment: payment === 'paid' ? { at: payment, receipt } : { at: payment, tries },
    shipping: shipping === 'packed' ? { at: shipping, parcel } : { at: 'packing' },
  }
}

/** Mostly what leads on: an answer to the latest payment, and waits that are long enough. */
const happening = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constantFrom('pay', 'pay', 'pay', 'pack'),
      fails: fc.constantFrom(true, true, false),
      isLate: fc.constantFrom(false, false, false, true),
    }),
  },
  { weight: 5, arbitrary: fc.constantFrom(1, 1999, 2000, 4000, 4000, 4000) },
  { weight: 1, arbitrary: fc.constant('CANCEL') },
)

test('both forms show the same and want the same after each event, answer and wait, in any order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 14, size: 'max' }), async (all) => {
      const [first, second] = [patientWorld(), patientWorld()]
      const before = createRun(fromXState(chart), { input })
      const actors = {
        pay: fromPromise<string, string>(({ signal }) => first.ask('pay', signal)),
        pack: fromPromise<string, string>(({ signal }) => first.ask('pack', signal)),
      }
      const after = createRun(machine, { input })
      const stop = new AbortController()
      const handlings = [
        handleOutputs(before, xstateEffects(before, chart.provide({ actors })), { signal: stop.signal }),
        handleOutputs(
          after,
          handlersOf({
            pay: (_order, signal) => second.ask('pay', signal),
            pack: (_order, signal) => second.ask('pack', signal),
            wait: world({ failures: 0, pays: 0, packs: 0 }).wait,
          }),
          { signal: stop.signal },
        ),
      ]
      const compare = async (): Promise<void> => {
        await vi.advanceTimersByTimeAsync(0)
        expect(after.state).toEqual(shownBy(before.state))
        expect(after.snapshot.current.status).toBe(before.snapshot.current.status)
        const wantedOf = (what: Asked['what']) => (asked: readonly Asked[]) =>
          asked.filter((one) => one.what === what).map(({ signal }) => !signal.aborted)
        for (const wanted of [wantedOf('pay'), wantedOf('pack')])
          expect(wanted(second.asked)).toEqual(wanted(first.asked))
      }
      await compare()
      for (const [at, one] of all.entries()) {
        if (typeof one === 'number') await vi.advanceTimersByTimeAsync(one)
        else if (typeof one === 'string') for (const run of [before, after]) run.in.send({ type: 'CANCEL' })
        else {
          for (const { asked } of [first, second]) {
            const those = asked.filter(({ what }) => what === one.what)
            const { resolve, reject } = those.at(one.isLate ? 0 : -1) as Asked
            if (one.fails) reject(new Error('no'))
            else resolve(`${one.what} ${at}`)
          }
        }
        await compare()
      }
      stop.abort()
      await Promise.all(handlings)
      vi.clearAllTimers()
    }),
    { numRuns: 200, endOnFailure: true },
  )
})

test('an answer counts once, and only where it was asked for', () => {
  const run = createRun(machine, { input })
  run.in.send([
    { type: 'NOT_PAID' },
    { type: 'PAID', receipt: 'too late' },
    { type: 'WAITED' },
    { type: 'PAID', receipt: 'first' },
    { type: 'PAID', receipt: 'second' },
    { type: 'PACKED', parcel: 'one' },
  ])
  expect(run.state).toEqual({ at: 'done', receipt: 'first', parcel: 'one' })
})
