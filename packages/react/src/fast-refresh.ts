// Fast Refresh for machines. In development, an edit of a machine replays the history of the run that `useRun` made on
// the new definition, as time-travelling reducers do. Production builds leave this file out.

import {
  type CreateRunArguments,
  createRun,
  type History,
  type Machine,
  type Run,
  type RunEvent,
  replayRun,
} from '@xmachines/core'
import { isEdited } from './kept-context.ts'

/** The run of a component, and what it was made from. */
export interface ComponentRun<State, Event extends RunEvent, Output, Input> {
  run: Run<State, Event, Output, Input>
  /** The definition that the run is on. */
  machine: Machine<State, Event, Output, Input>
  /** What development knows of the renders so far. */
  renders?: Renders
}

interface Renders {
  /** The object that Fast Refresh replaces, as of the latest render. */
  refresh: object | undefined
  /** Whether the first render was given a history. */
  readonly restored: boolean
  /** The id of the run of that history, if the history tells without being read. */
  readonly restoredId: string | undefined
  /** The warnings so far. */
  readonly warnings: Set<string>
}

const replacements = new WeakSet<object>()

/**
 * Whether a run replaced another after an edit of its machine. The outputs of its history have been handled already.
 */
export function isReplacement(run: object): boolean {
  return replacements.has(run)
}

/**
 * Replaces the run of a component after an edit of its machine. Otherwise the component keeps its run, and the console
 * says so if this render brings another machine or another history.
 * @param own changed in place, so that a second render with the same definition changes nothing
 * @param refresh another object than in the render before if Fast Refresh caused this render
 * @param machine the definition of this render
 * @param options the options of `useRun` in this render
 */
export function followEdit<State, Event extends RunEvent, Output, Input>(
  own: ComponentRun<State, Event, Output, Input>,
  refresh: object | undefined,
  machine: Machine<State, Event, Output, Input>,
  options: { readonly history?: History<Event> | null | undefined } | undefined,
): void {
  const history = options?.history ?? undefined
  own.renders ??= { refresh, restored: history !== undefined, restoredId: idOf(history), warnings: new Set() }
  const { renders } = own
  const refreshed = renders.refresh !== refresh
  renders.refresh = refresh
  const { machine: before } = own
  if (machine !== before) {
    if (machine?.name === before.name && (refreshed || isEdited(before, machine))) {
      own.run = replay(machine, own.run, options)
      own.machine = machine
      replacements.add(own.run)
    } else {
      warn(
        renders,
        `useRun received another machine in a later render, ${labelOf(machine)}, and keeps its run of ` +
          `${labelOf(before)}. Define the machine outside the component; if another machine is meant, give the ` +
          'component another key for it.',
      )
    }
  }
  if (history === undefined) return
  const [id, { restored, restoredId }] = [idOf(history), renders]
  if (!restored) {
    warn(
      renders,
      `useRun received a history after it had made a run of ${labelOf(before)}, and keeps that run. Render the ` +
        'component when the history has arrived (suspend until then), or give it another key for it.',
    )
  } else if (id !== undefined && restoredId !== undefined && id !== restoredId) {
    warn(
      renders,
      `useRun received the history of run ${id} in a later render, and keeps run ${restoredId}. Give the ` +
        'component a key that changes with the run, such as its id.',
    )
  }
}

function warn({ warnings }: Renders, warning: string): void {
  if (warnings.has(warning)) return
  warnings.add(warning)
  console.warn(warning)
}

function labelOf(machine: { readonly name: string; readonly version: string } | undefined): string {
  return `${machine?.name}@${machine?.version}`
}

/** The id of the run of a history; undefined if only reading the history would tell. */
function idOf(history: History<RunEvent> | undefined): string | undefined {
  return history !== undefined && 'records' in history ? history.records[0]?.oid : undefined
}

function replay<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  before: Run<State, Event, Output, Input>,
  options: object | undefined,
): Run<State, Event, Output, Input> {
  const label = labelOf(machine)
  try {
    const run = replayRun(machine, before.toJSON(), options)
    if (run.id !== before.id) {
      console.info(`The edit of ${label} changed the id of its run from ${before.id} to ${run.id}.`)
    }
    return run
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    console.warn(`The history of ${label} does not replay on the edited machine, so its run starts over: ${why}`)
    const { input } = before.genesis
    // The options were checked when the first run began. Its history cannot be used any more.
    const fresh: object = { ...options, history: undefined, ...(input !== undefined && { input }) }
    return createRun(machine, ...([fresh] as unknown as CreateRunArguments<Input>))
  }
}
