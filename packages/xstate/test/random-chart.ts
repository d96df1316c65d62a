// Random charts and events. Each chart writes what it does into its context, so two that agree there did the same in the same
// order. What could go on for ever costs fuel, and ends with it.

import * as fc from 'fast-check'
import { type AnyStateMachine, assign, createMachine, fromCallback, fromPromise, raise, sendTo } from 'xstate'

/** What a chart keeps. */
export interface Trace {
  readonly fuel: number
  readonly number: number
  readonly trace: readonly string[]
}

interface Arrow {
  readonly event: number
  readonly to: number | undefined
  readonly guard: number
  readonly acts: readonly number[]
  readonly reenter: boolean
}

interface Node {
  readonly kind: 'compound' | 'parallel' | 'final' | 'history' | 'deep'
  readonly children: readonly Node[]
  readonly arrows: readonly Arrow[]
  readonly always: Arrow | undefined
  readonly after: readonly (Arrow & { readonly delay: number })[]
  readonly invoke: 'nothing' | 'resolves' | 'rejects' | 'calls'
  readonly tag: boolean
}

/** The events that random charts take. */
export const eventTypes = ['A', 'B', 'C', 'D'] as const

const arrow = fc.record({
  event: fc.nat(3),
  to: fc.option(fc.nat(30), { nil: undefined }),
  guard: fc.nat(5),
  acts: fc.array(fc.nat(4), { maxLength: 2 }),
  reenter: fc.boolean(),
})

const nodeOfDepth = (depth: number, kinds: readonly Node['kind'][]): fc.Arbitrary<Node> =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    children: depth === 0 ? fc.constant([]) : fc.array(nodeOfDepth(depth - 1, kinds), { maxLength: 3 }),
    arrows: fc.array(arrow, { maxLength: 3 }),
    always: fc.option(arrow, { nil: undefined, freq: 6 }),
    after: fc.array(
      fc.tuple(arrow, fc.constantFrom(10, 20, 30)).map(([one, delay]) => ({ ...one, delay })),
      { maxLength: 1 },
    ),
    invoke: fc.constantFrom('nothing', 'nothing', 'nothing', 'resolves', 'rejects', 'calls'),
    tag: fc.boolean(),
  })

const withoutRegions = ['compound', 'compound', 'final', 'history', 'deep'] as const

/** A chart of at most four levels without parallel states. */
export const nestedChart: fc.Arbitrary<AnyStateMachine> = chartOfKinds(withoutRegions)

/** The same with parallel states. */
export const parallelChart: fc.Arbitrary<AnyStateMachine> = chartOfKinds([...withoutRegions, 'parallel', 'parallel'])

function chartOfKinds(kinds: readonly Node['kind'][]): fc.Arbitrary<AnyStateMachine> {
  return (
    nodeOfDepth(3, kinds)
      .filter(({ kind, children }) => children.length > 0 && (kind === 'compound' || kind === 'parallel'))
      // A chart that fails is printed as what it was made of.
      .map((root) => Object.assign(chartOf(root), { [fc.toStringMethod]: () => JSON.stringify(root) }))
  )
}

/** What happens to a chart: an event, or time that passes. */
export const happenings: fc.Arbitrary<readonly (string | number)[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...eventTypes) },
    { weight: 1, arbitrary: fc.constantFrom(5, 10, 35) },
  ),
  { maxLength: 12 },
)

type Scope = { readonly context: Trace }

const write = (what: string) =>
  assign(({ context }: Scope) => ({ number: (context.number * 3 + what.length) % 7, trace: [...context.trace, what] }))

const burn = assign(({ context }: Scope) => ({ fuel: context.fuel - 1 }))

function chartOf(root: Node): AnyStateMachine {
  const count = countOf(root)
  let next = 0
  const config = configOf(root, undefined, false)
  return createMachine(
    { ...config, version: '1', id: 'n0', context: { fuel: 20, number: 0, trace: [] } } as never,
    {
      actors: {
        resolves: fromPromise(() => Promise.resolve('answer')),
        rejects: fromPromise(() => Promise.reject(new Error('no'))),
        calls: fromCallback(({ sendBack, receive }) => receive(() => sendBack({ type: 'C' }))),
      },
    } as never,
  )

  function configOf(
    { kind, children, arrows, always, after, invoke, tag }: Node,
    parent: Node['kind'] | undefined,
    isFirst: boolean,
  ): object {
    const at = next++
    const id = `n${at}`
    const isLeaf = children.length === 0
    if (isLeaf && !isFirst && (kind === 'history' || kind === 'deep')) {
      return { id, type: 'history', history: kind === 'deep' ? 'deep' : 'shallow' }
    }
    const crossings = { entry: write(`in ${id}`), exit: write(`out ${id}`) }
    if (isLeaf && kind === 'final' && parent === 'compound') return { id, type: 'final', ...crossings }
    const regions = kind === 'parallel' ? 'parallel' : 'compound'
    const states = children.map((child, index) => [`s${index}`, configOf(child, regions, index === 0)] as const)
    return {
      id,
      ...(tag && { tags: id }),
      ...(!isLeaf && {
        states: Object.fromEntries(states),
        ...(regions === 'parallel' ? { type: 'parallel' } : { initial: 's0' }),
      }),
      ...crossings,
      on: Object.fromEntries(
        eventTypes.map((type, event) => [
          type,
          arrows.filter((one) => one.event === event).map((one) => transitionOf(one, id)),
        ]),
      ),
      ...(always !== undefined && {
        always: {
          ...transitionOf(always, id),
          guard: ({ context }: Scope) => context.fuel > 0 && context.number === always.guard,
        },
      }),
      after: Object.fromEntries(after.map((one) => [one.delay, transitionOf(one, id)])),
      ...(regions === 'compound' && !isLeaf && { onDone: { actions: write(`done ${id}`) } }),
      ...(invoke !== 'nothing' && {
        invoke: {
          id: `child of ${id}`,
          src: invoke,
          onDone: { actions: write(`answer to ${id}`) },
          onError: { actions: write(`error of ${id}`) },
        },
      }),
    }
  }

  function transitionOf({ to, guard, acts, reenter, event }: Arrow, id: string): object {
    return {
      // XState enters a targeted root without leaving it, so that its children run twice under one id.
      ...(to !== undefined && { target: `#n${1 + (to % (count - 1))}` }),
      reenter,
      guard: ({ context }: Scope) => context.fuel > 0 && (guard > 2 || context.number % 3 !== guard),
      actions: [burn, write(`at ${id}`), ...acts.map((act) => actionOf(act, event))],
    }
  }

  function actionOf(act: number, event: number): unknown {
    const type = eventTypes[(event + 1) % eventTypes.length] as string
    if (act === 0) return raise({ type })
    if (act === 1) return sendTo(({ self }) => self, { type })
    if (act === 2) return sendTo(({ self }) => self, { type }, { delay: 15 })
    return write(`act ${act}`)
  }
}

function countOf({ children }: Node): number {
  return 1 + children.reduce((sum, child) => sum + countOf(child), 0)
}
