// Picks a run: all runs of a page, by machine.

import type { ObservedRun } from '../observe/observed-run.ts'
import { type Maker, setText } from './element.ts'
import { nameOf } from './state-name.ts'

/** The picker. */
export interface RunPicker {
  readonly element: HTMLElement
  show(runs: readonly ObservedRun[], selected: ObservedRun | undefined): void
}

/** The most runs that are offered: the latest. */
const MOST_RUNS = 200

/** Makes the picker. */
export function makeRunPicker(make: Maker, pick: (run: ObservedRun) => void): RunPicker {
  let offered: readonly ObservedRun[] = []
  let options: readonly HTMLOptionElement[] = []
  const element = make('select', {
    class: 'runs',
    'aria-label': 'Run',
    onchange: () => {
      const run = offered[Number(element.value)]
      if (run !== undefined) pick(run)
    },
  })
  return {
    element,
    show(runs, selected) {
      const latest = runs.slice(-MOST_RUNS)
      if (latest.length !== offered.length || latest.some((run, at) => run !== offered[at])) {
        offered = latest
        options = latest.map((_run, at) => make('option', { value: String(at) }))
        element.replaceChildren(...groups(make, latest, options))
      }
      for (const [at, run] of offered.entries()) setText(options[at] as Element, labelOf(run))
      element.value = selected === undefined ? '' : String(offered.indexOf(selected))
    },
  }
}

function groups(make: Maker, runs: readonly ObservedRun[], options: readonly HTMLElement[]): readonly HTMLElement[] {
  const made = new Map<string, HTMLElement>()
  for (const [at, { machine }] of runs.entries()) {
    const label = `${machine.name}@${machine.version}`
    const group = made.get(label) ?? make('optgroup', { label })
    made.set(label, group)
    group.append(options[at] as HTMLElement)
  }
  return [...made.values()]
}

function labelOf({ run, machine, snapshot, sequence, place }: ObservedRun): string {
  const at = nameOf(snapshot.state)
  const made = place === undefined ? '' : ` in ${place}`
  return `${machine.name} ${run.id.slice(0, 7)}${made} · ${at === undefined ? '' : `${at} · `}${sequence}`
}
