// What the arrows of a chart are called: as its author wrote them, not as the events that XState makes of them.

import type { AnyStateNode, AnyTransitionDefinition } from 'xstate'

/** The label of a transition: what takes it, and its guard in brackets. */
export function labelOf(node: AnyStateNode, transition: AnyTransitionDefinition): string {
  const cause = causeOf(node, transition)
  return transition.guard === undefined ? cause : `${cause} [${guardName(transition.guard)}]`
}

/** The beginnings of the events that XState makes, and what they are called. */
const answers = {
  'xstate.done.actor.': 'done of',
  'xstate.error.actor.': 'error of',
  'xstate.snapshot.': 'snapshot of',
}

function causeOf(node: AnyStateNode, { eventType }: AnyTransitionDefinition): string {
  if (eventType === '') return 'always'
  if (eventType === `xstate.done.state.${node.id}`) return 'done'
  const timer = node.after.find((delayed) => delayed.eventType === eventType)
  if (timer !== undefined) return `after ${delayName(timer.delay)}`
  for (const [start, words] of Object.entries(answers)) {
    if (!eventType.startsWith(start)) continue
    const id = eventType.slice(start.length)
    const { src } = node.invoke.find((child) => child.id === id) ?? { src: id }
    return `${words} ${typeof src === 'string' && !src.startsWith('xstate.invoke.') ? src : id}`
  }
  return eventType
}

/** How long a timer waits, or the name of that. */
function delayName(delay: unknown): string {
  if (typeof delay === 'number') return `${delay} ms`
  return typeof delay === 'string' ? delay : 'a delay'
}

/** The name of a guard; of `and`, `or` and `not` with the guards in it. */
function guardName(guard: unknown): string {
  if (typeof guard === 'string') return guard
  const { type, name, guards } = guard as {
    readonly type?: string
    readonly name?: string
    readonly guards?: unknown[]
  }
  if (type !== undefined) return type
  if (guards !== undefined) return `${name}(${guards.map(guardName).join(', ')})`
  // A function in the place of a guard gets the name of that place.
  return name === undefined || name === '' ? 'guard' : name
}
