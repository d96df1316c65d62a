// Fast Refresh for machines. In development, an edit of a machine replays the history of the run that `useRun` made on
// the new definition, as time-travelling reducers do. Production builds leave this file out.

import { type CreateRunArguments, createRun, type Machine, type Run, type RunEvent, replayRun } from '@xmachines/core'

/** The run of a component, and the definition that it runs on. */
export interface ComponentRun<State, Event extends RunEvent, Output, Input> {
  run: Run<State, Event, Output, Input>
  machine: Machine<State, Event, Output, Input>
  /** The times, in milliseconds, of the latest consecutive renders that each came with another definition. */
  edits: number[]
}

/** Nobody edits more often within a second. A component that does so makes a new definition in every render. */
const MOST_EDITS = 5

const replacements = new WeakSet<object>()

/**
 * Whether a run replaced another after an edit of its machine. The outputs of its history have been handled already.
 */
export function isReplacement(run: object): boolean {
  return replacements.has(run)
}

/**
 * Replaces the run of a component after an edit of its machine: a render with another definition of the same name.
 * @param own changed in place, so that a second render with the same definition changes nothing
 * @param machine the definition of this render
 * @param options the options of `useRun`, for a run that starts over
 */
export function replayEdit<State, Event extends RunEvent, Output, Input>(
  own: ComponentRun<State, Event, Output, Input>,
  machine: Machine<State, Event, Output, Input>,
  options: object | undefined,
): void {
  const { edits } = own
  if (machine === own.machine) edits.length = 0
  if (machine === own.machine || machine?.name !== own.machine.name || edits.length > MOST_EDITS) return
  const label = `${machine.name}@${machine.version}`
  edits.push(Date.now())
  if (edits.length > MOST_EDITS) {
    const [earliest = 0] = edits
    if (Date.now() - earliest < 1000) {
      console.warn(`useRun received another definition of ${label} in every render. Define it outside the component.`)
      return
    }
    edits.shift()
  }
  own.run = replay(machine, own.run, options, label)
  own.machine = machine
  replacements.add(own.run)
}

function replay<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  before: Run<State, Event, Output, Input>,
  options: object | undefined,
  label: string,
): Run<State, Event, Output, Input> {
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

interface KeptContext {
  /** The latest definition. */
  machine: object
  readonly context: unknown
}

/** The contexts made so far, by the name and version of their machine. */
const contexts = new Map<string, KeptContext[]>()

/**
 * Makes the context of a machine, or finds it again after an edit. An edited module is evaluated again: if it made a
 * new context for a machine of the same name and version, React would mount every component below it again.
 * @param make makes a context that asks for the latest definition whenever it needs it
 */
export function keepContext<AMachine extends { readonly name: string; readonly version: string }, Context>(
  machine: AMachine,
  make: (latestMachine: () => AMachine) => Context,
): Context {
  const label = `${machine.name}@${machine.version}`
  const sameName = contexts.get(label) ?? []
  contexts.set(label, sameName)
  // A second context for the same definition is not an edit, so it is separate.
  const earlier = sameName.find((kept) => kept.machine !== machine)
  if (earlier !== undefined) {
    earlier.machine = machine
    // Machines of the same name and version have the same type.
    return earlier.context as Context
  }
  const added: KeptContext = { machine, context: make(() => added.machine as AMachine) }
  sameName.push(added)
  return added.context as Context
}
