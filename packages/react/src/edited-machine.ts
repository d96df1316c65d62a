// Fast Refresh, for machines: in development, the history of a run that `useRun` made is replayed on the definition that
// was edited, as time-travelling reducers do. Production builds have none of this.

import { type CreateRunArguments, createRun, type Machine, type Run, type RunEvent, replayRun } from '@xmachines/core'

/** The run of a component, and the definition that it runs on. */
export interface HeldRun<State, Event extends RunEvent, Output, Input> {
  run: Run<State, Event, Output, Input>
  machine: Machine<State, Event, Output, Input>
  /** When renders in a row came with another definition, the latest of them: in milliseconds. */
  edits: number[]
}

/** Nobody edits this often within a second: such a definition is made in the component, anew in each render. */
const MOST_EDITS = 5

const replacements = new WeakSet<object>()

/** Whether a run took the place of one whose machine was edited: its outputs so far have been handled. */
export function isReplacement(run: object): boolean {
  return replacements.has(run)
}

/**
 * Replaces the run of a component whose machine was edited: another definition of the same name.
 * @param held changed in place, so that a second render of the same definition finds nothing to do
 * @param machine the definition of this render
 * @param options those of `useRun`, for a run that starts afresh
 */
export function followEdit<State, Event extends RunEvent, Output, Input>(
  held: HeldRun<State, Event, Output, Input>,
  machine: Machine<State, Event, Output, Input>,
  options: object | undefined,
): void {
  const { edits } = held
  if (machine === held.machine) edits.length = 0
  if (machine === held.machine || machine?.name !== held.machine.name || edits.length > MOST_EDITS) return
  const label = `${machine.name}@${machine.version}`
  edits.push(Date.now())
  if (edits.length > MOST_EDITS) {
    const [earliest = 0] = edits
    if (Date.now() - earliest < 1000) {
      console.warn(`useRun was given another ${label} in each render: define the machine outside of the component.`)
      return
    }
    edits.shift()
  }
  const { run: before } = held
  held.run = replayed(machine, before, options, label)
  held.machine = machine
  replacements.add(held.run)
}

function replayed<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  before: Run<State, Event, Output, Input>,
  options: object | undefined,
  label: string,
): Run<State, Event, Output, Input> {
  try {
    const run = replayRun(machine, before.toJSON(), options)
    if (run.id !== before.id) {
      console.info(`${label} was edited so that its run has another id: it was ${before.id}, and is ${run.id}.`)
    }
    return run
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    console.warn(`${label} was edited, and its history no longer replays, so its run starts afresh. ${why}`)
    const { input } = before.genesis
    // The options were checked when the first run began; its history is of no use any more.
    const afresh: object = { ...options, history: undefined, ...(input !== undefined && { input }) }
    return createRun(machine, ...([afresh] as unknown as CreateRunArguments<Input>))
  }
}

interface Edition {
  machine: object
  readonly context: unknown
}

const editions = new Map<string, Edition[]>()

/**
 * The context of a machine, in development: a module that is edited is evaluated again, and what it then makes of a
 * machine of the same name and version must be what it made before, or React would mount everything anew.
 * @param make makes a context that asks for the definition whenever it needs it
 */
export function editedContext<AMachine extends { readonly name: string; readonly version: string }, Context>(
  machine: AMachine,
  make: (definition: () => AMachine) => Context,
): Context {
  const label = `${machine.name}@${machine.version}`
  const made = editions.get(label) ?? []
  editions.set(label, made)
  // A second context on the very same definition is another one.
  const earlier = made.find((edition) => edition.machine !== machine)
  if (earlier !== undefined) {
    earlier.machine = machine
    // Machines of one name and version are of one type.
    return earlier.context as Context
  }
  const edition: Edition = { machine, context: make(() => edition.machine as AMachine) }
  made.push(edition)
  return edition.context as Context
}
