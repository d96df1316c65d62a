import { createRun, handleOutputs, type RunDocument, restoreRun } from '@xmachines/core'
import { type ChartEvent, type ChartState, fromXState, viewOf, xstateEffects } from '@xmachines/xstate'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type AnyTransitionDefinition,
  createActor,
} from 'xstate'
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
      let isComparable = true
      let isExcused = false
      const actor = createActor(forActor(chart), {
        inspect(seen) {
          if (seen.actorRef.sessionId !== seen.rootId) return
          if (seen.type === '@xstate.microstep') isExcused ||= seen._transitions.some(mayBreak)
          if (seen.type === '@xstate.snapshot') isComparable &&= isLegal(seen.snapshot as AnyMachineSnapshot)
        },
      })
      actor.subscribe({ error: () => undefined })
      actor.start()
      const machine = fromXState(chart)
      const run = createRun(machine)
      const stop = new AbortController()
      const handling = handleOutputs(run, xstateEffects(run, chart), { signal: stop.signal })
      await vi.advanceTimersByTimeAsync(0)
      for (const one of all) {
        const before = actor.getSnapshot() as AnyMachineSnapshot
        if (before.status !== 'active' || !isComparable) break
        if (typeof one === 'number') await vi.advanceTimersByTimeAsync(one)
        else {
          actor.send({ type: one })
          run.in.send({ type: one })
          await vi.advanceTimersByTimeAsync(0)
        }
        const snapshot = actor.getSnapshot() as AnyMachineSnapshot
        const { state } = run
        if (!isComparable) break
        expect(partsOf(state)).toEqual(partsOf(snapshot))
        const view = viewOf(chart, state)
        expect([...view.tags].sort()).toEqual([...snapshot.tags].sort())
        for (const type of eventTypes) expect(view.can({ type })).toBe(snapshot.can({ type }))
      }
      // A chart is left out for these reasons alone.
      expect(isComparable || isExcused).toBe(true)
      stop.abort()
      actor.stop()
      await handling
      const restored = restoreRun(machine, JSON.parse(JSON.stringify(run)) as RunDocument<ChartEvent>)
      expect(restored.head).toBe(run.head)
      expect(restored.state).toEqual(run.state)
    }),
    // Shrinking takes longer than a test may. The seed and the path that a failure prints repeat it.
    { numRuns: 80, endOnFailure: true },
  )
}

function partsOf({ value, context, status }: AnyMachineSnapshot | ChartState): unknown {
  return { value, context, status }
}

/**
 * Whether XState may get to active nodes that no state value describes, because of the history that a transition targets. A run
 * continues from its state value, so it then differs from an actor. There are two such transitions:
 *
 * - One inside a state that targets the history of that state. XState finds the states to leave with the history from before, and
 *   those to enter with the history that leaving has just written. If these differ, it does not enter all states that it has
 *   left, or enters states that it has not left.
 * - In XState 5.32.0, one that targets the history of a parallel state which was never left. It enters nothing.
 */
function mayBreak({ source, target = [] }: AnyTransitionDefinition): boolean {
  return target.some(({ type, parent }) => type === 'history' && (isWithin(source, parent) || entersNothing(parent)))
}

function isWithin(node: AnyStateNode | undefined, ancestor: AnyStateNode | undefined): boolean {
  return node !== undefined && (node === ancestor || isWithin(node.parent, ancestor))
}

function entersNothing(parent: AnyStateNode | undefined): boolean {
  return process.env['XSTATE'] === 'xstate-oldest' && parent?.type === 'parallel'
}

/** Whether the active nodes are those of one state value, and no state was entered again before it was left. */
function isLegal({ machine, context, _nodes }: AnyMachineSnapshot): boolean {
  const active = new Set(_nodes)
  const isComplete = _nodes.every(({ type, parent, states }) => {
    const children = Object.values(states).filter((child) => child.type !== 'history')
    const expected = type === 'parallel' ? children.length : type === 'compound' ? 1 : 0
    const isWithinActive = parent === undefined || active.has(parent)
    return isWithinActive && children.filter((child) => active.has(child)).length === expected
  })
  if (!isComplete || !active.has(machine.root)) return false
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

/** The same chart with nodes and values in document order before each event. XState has the order in which they were entered. */
function inDocumentOrder(chart: AnyStateMachine): AnyStateMachine {
  const twin = chart.provide({})
  const { transition, getInitialSnapshot } = twin
  const sorted = (snapshot: AnyMachineSnapshot): never => {
    snapshot._nodes.sort((one, other) => one.order - other.order)
    snapshot.value = ordered(snapshot.value, twin.root) as never
    return snapshot as never
  }
  twin.transition = (...given) => sorted(transition(...given) as AnyMachineSnapshot)
  twin.getInitialSnapshot = (...given) => sorted(getInitialSnapshot(...given) as AnyMachineSnapshot)
  return twin
}

function ordered(value: unknown, node: AnyStateNode): unknown {
  if (typeof value !== 'object' || value === null) return value
  const keys = Object.keys(node.states).filter((key) => Object.hasOwn(value, key))
  return Object.fromEntries(
    keys.map((key) => [key, ordered((value as Record<string, unknown>)[key], node.states[key] as AnyStateNode)]),
  )
}
