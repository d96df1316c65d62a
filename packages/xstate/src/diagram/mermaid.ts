// A chart as a Mermaid state diagram.

import type { MachineOutline, OutlineState } from '@xmachines/core'

/**
 * Draws a chart as a Mermaid `stateDiagram-v2`, with states in states, and the regions of parallel states side by side.
 *
 * @param diagram what `diagramOf(chart)` gives
 * @returns Mermaid text; each line ends with `\n`. The state at place N of `diagram.states` has the id `sN` in it
 *
 * @example
 * ```ts
 * import { diagramOf, diagramToMermaid } from '@xmachines/xstate/diagram'
 * import { createMachine } from 'xstate'
 *
 * const light = createMachine({ initial: 'off', states: { off: { on: { SWITCH: 'on' } }, on: {} } })
 * console.log(diagramToMermaid(diagramOf(light)).split('\n')[3]) // [*] --> s0
 * ```
 */
export function diagramToMermaid({ states, arrows }: MachineOutline): string {
  const idOf = (id: string | undefined): string => `s${states.findIndex((state) => state.id === id)}`
  const lines = ['stateDiagram-v2', ...within(undefined)]
  /** Labels by arrow. Mermaid would draw several arrows between two states over each other. */
  const labels = new Map<string, string[]>()
  for (const { from, to = from, label } of arrows) {
    const sources = from === undefined ? topStates() : [idOf(from)]
    for (const source of sources) {
      const arrow = `${source} --> ${to === undefined ? source : idOf(to)}`
      labels.set(arrow, [...(labels.get(arrow) ?? []), escapeLabel(label)])
    }
  }
  for (const [arrow, all] of labels) lines.push(`${arrow}: ${all.join(', ')}`)
  return `${lines.join('\n')}\n`

  /** A transition of the chart itself can be taken in any state. */
  function topStates(): string[] {
    return states.filter(({ parent, kind }) => parent === undefined && kind !== 'final').map(({ id }) => idOf(id))
  }

  function within(parent: OutlineState | undefined): string[] {
    const inner = states.filter((state) => state.parent === parent?.id)
    const drawn = inner.map((state) => linesOf(state))
    const text =
      parent?.kind === 'parallel' ? drawn.flatMap((region, at) => (at > 0 ? ['--', ...region] : region)) : drawn.flat()
    return parent === undefined ? text : text.map((line) => `  ${line}`)
  }

  function linesOf(state: OutlineState): string[] {
    const { name, id, kind, isInitial } = state
    const own = idOf(id)
    const inner = within(state)
    const shown = kind === 'history' ? 'H' : kind === 'deep history' ? 'H*' : name
    return [
      `state "${escapeLabel(shown)}" as ${own}`,
      ...(inner.length === 0 ? [] : [`state ${own} {`, ...inner, '}']),
      ...(isInitial ? [`[*] --> ${own}`] : []),
      ...(kind === 'final' ? [`${own} --> [*]`] : []),
    ]
  }
}

function escapeLabel(text: string): string {
  return text.replace(/[^\w .,-]/g, (character) => `#${character.codePointAt(0)};`)
}
