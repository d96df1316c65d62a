/** The checkout of docs/coming-from-xstate.md: the page shows the files in `checkout`, and both forms do the same. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRun, handleOutputs } from '@xmachines/core'
import { fromXState, xstateEffects } from '@xmachines/xstate'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fromPromise } from 'xstate'
import { checkout as chart } from './checkout/chart.ts'
import { handlersOf } from './checkout/handlers.ts'
import { checkout as machine } from './checkout/machine.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const text = (path: string): string => readFileSync(join(import.meta.dirname, path), 'utf8')

test.each(['chart', 'machine', 'handlers'])('the guide shows %s as it is run here', (name) => {
  expect(text('../../../docs/coming-from-xstate.md')).toContain(`\`\`\`ts\n${text(`checkout/${name}.ts`)}\`\`\``)
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
