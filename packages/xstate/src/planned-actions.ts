// Executes the actions of a plan as XState does. For an `assign`, XState computes the whole snapshot again, which costs more than
// the rest of a step. Here only the context changes. The other built-in actions are resolved by XState.

import type { AnyEventObject, AnyMachineSnapshot, AnyStateMachine } from 'xstate'
import type { ActionDefinition, ActionFunction, StillScope } from './xstate-internals.ts'

/** What executes the actions of one chart. */
export interface Executor {
  /** The events that actions have raised at once. */
  readonly raised: AnyEventObject[]
  /** Executes actions. Answers the snapshot after them, or undefined if XState has to execute them. */
  execute(
    before: AnyMachineSnapshot,
    event: AnyEventObject,
    actions: readonly ActionDefinition[],
  ): AnyMachineSnapshot | undefined
}

type Assigner = (info: object, params: unknown) => unknown

/** Makes the executor of a chart. What the actions ask for is collected in the scope. */
export function makeExecutor(chart: AnyStateMachine, { scope, self, actions: asked }: StillScope): Executor {
  const { system } = scope
  const named = chart.implementations.actions as unknown as Readonly<Record<string, ActionFunction | undefined>>
  const raised: AnyEventObject[] = []
  const extra = { internalQueue: raised }
  let isSpawning = false
  const spawn = (): never => {
    isSpawning = true
    throw new Error('a plan cannot spawn')
  }

  /** What an `assign` changes in the context. If it spawns a child, `isSpawning` is set. */
  function assigned(assignment: unknown, info: object, params: unknown): unknown {
    isSpawning = false
    try {
      if (typeof assignment === 'function') return (assignment as Assigner)(info, params)
      const part: Record<string, unknown> = {}
      for (const [key, member] of Object.entries(assignment as object)) {
        part[key] = typeof member === 'function' ? (member as Assigner)(info, params) : member
      }
      return part
    } catch (thrown) {
      if (isSpawning) return undefined
      throw thrown
    }
  }

  function execute(
    before: AnyMachineSnapshot,
    event: AnyEventObject,
    actions: readonly ActionDefinition[],
  ): AnyMachineSnapshot | undefined {
    let snapshot: AnyMachineSnapshot | undefined = before
    for (const action of actions) {
      const context: unknown = snapshot.context
      const info = { context, event, self, system }
      const name = typeof action === 'object' ? action.type : action
      const found = typeof name === 'string' ? named[name] : name
      const given = typeof action === 'object' ? action.params : undefined
      const params = typeof given === 'function' ? (given as (info: object) => unknown)({ context, event }) : given
      if (found?.resolve === undefined) {
        asked.push({ type: typeof name === 'string' ? name : name.name || '(anonymous)', info, params, exec: found })
      } else if (found.type === 'xstate.assign') {
        const part = assigned(found.assignment, { ...info, spawn }, params)
        if (isSpawning) return undefined
        snapshot = { ...snapshot, context: Object.assign({}, context, part) as unknown } as AnyMachineSnapshot
      } else {
        if (found.type === 'xstate.spawnChild') return undefined
        const [next, resolved, more] = found.resolve(scope, snapshot, info, params, found, extra)
        // The action stops a child.
        if (next !== snapshot) return undefined
        if (found.execute !== undefined) {
          asked.push({ type: found.type as string, info, params: resolved, exec: undefined })
        }
        if (more !== undefined) snapshot = execute(snapshot, event, more)
        if (snapshot === undefined) return undefined
      }
    }
    return snapshot
  }

  return { raised, execute }
}
