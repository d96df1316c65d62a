// A machine as a Mermaid state diagram.

import { checkMachine, type Machine, type RunEvent } from './machine.ts'

/**
 * Draws a machine as a Mermaid `stateDiagram-v2` (RFC Run v1 §2.1): its states, where each event leads if the definition
 * declares it (bare names and `to`), and its final states. Events that lead the same way share an arrow. An event without
 * declared targets is drawn as a loop with a `?`. An event of `on` leaves every state that does not handle it itself.
 *
 * @param machine made by `defineMachine`, with `states`
 * @returns Mermaid text; each line ends with `\n`
 * @throws {TypeError} if it is not a machine
 *
 * @example
 * ```ts
 * import { defineMachine, toMermaid } from '@xmachines/core'
 *
 * const light = defineMachine<{ at: 'red' } | { at: 'green' }, { type: 'NEXT' }>({
 *   name: 'light',
 *   version: '1',
 *   initial: { at: 'red' },
 *   states: { red: { NEXT: 'green' }, green: { NEXT: 'red' } },
 * })
 * console.log(toMermaid(light).split('\n')[2]) // red --> green: NEXT
 * ```
 */
export function toMermaid<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
): string {
  checkMachine(machine)
  const { states, initial, final, arrows } = machine.graph
  const idOf = (name: string): string =>
    isWord(name) || !states.includes(name) ? name : `state${states.indexOf(name)}`
  const lines = ['stateDiagram-v2']
  for (const name of states) if (!isWord(name)) lines.push(`state "${escapeLabel(name)}" as ${idOf(name)}`)
  if (initial !== undefined && states.includes(initial)) lines.push(`[*] --> ${idOf(initial)}`)
  /** Events by arrow. Mermaid would draw several loops of one state through each other's labels. */
  const labels = new Map<string, string[]>()
  for (const { from, event, targets } of arrows) {
    const sources = from === undefined ? states.filter((state) => !handles(state, event)) : [from]
    for (const source of sources) {
      for (const target of targets ?? [source]) {
        const arrow = `${idOf(source)} --> ${idOf(target)}`
        const events = labels.get(arrow) ?? []
        labels.set(arrow, events)
        events.push(targets === undefined ? `${escapeLabel(event)} ?` : escapeLabel(event))
      }
    }
  }
  for (const [arrow, events] of labels) lines.push(`${arrow}: ${events.join(', ')}`)
  for (const name of final) lines.push(`${idOf(name)} --> [*]`)
  return `${lines.join('\n')}\n`

  function handles(state: string, event: string): boolean {
    return final.includes(state) || arrows.some((arrow) => arrow.from === state && arrow.event === event)
  }
}

function isWord(name: string): boolean {
  // Mermaid has words of its own, such as `end`.
  return (
    /^[A-Za-z]\w*$/.test(name) &&
    !/^(end|state|note|direction|class|default|style|classDef|click|scale|as)$/i.test(name)
  )
}

function escapeLabel(text: string): string {
  return text.replace(/[^\w .,-]/g, (character) => `#${character.codePointAt(0)};`)
}
