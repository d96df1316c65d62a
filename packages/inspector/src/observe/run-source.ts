// Where a panel gets its runs from. It is an object, so that a panel in one frame can show the runs of another frame.

import type { AnyRun, RunError, RunEvent } from '@xmachines/core'
import { forkAt, openRunFile } from './branch.ts'
import { type EventChoice, type EventField, eventChoices, eventFields } from './event-form.ts'
import { knownRuns } from './known-runs.ts'
import { type ObservedRun, observe } from './observed-run.ts'
import { testText } from './test-text.ts'

/** What a panel shows, and what it can do with it. */
export interface RunSource {
  /** The runs, oldest first. */
  runs(): readonly ObservedRun[]
  /** Forks a run at a batch. The fork is one of the runs from then on. */
  fork(observed: ObservedRun, sequence: number): ObservedRun
  /** Opens the text of a run file. Its run is one of the runs from then on. */
  open(text: string): ObservedRun
  /** A Vitest test of what a run did up to a batch. */
  test(observed: ObservedRun, sequence: number): Promise<string>
  /** The types of events that can be sent. */
  choices(observed: ObservedRun): readonly EventChoice[]
  /** The members of an event to be sent, if anything says them. */
  fields(observed: ObservedRun, type: string): readonly EventField[] | undefined
  /** Sends an event to a run, and returns the refusal, if there is one. */
  send(observed: ObservedRun, event: RunEvent): RunError | undefined
}

/**
 * The runs of this page, or given ones.
 * @param given the runs to show: all of the page unless given. Forks and opened files are added
 */
export function runSource(given?: () => readonly AnyRun[]): RunSource {
  const known = knownRuns()
  const added: AnyRun[] = []
  const add = (run: AnyRun): ObservedRun => {
    added.push(run)
    return observe(run)
  }
  return {
    runs: () => (given === undefined ? known.list() : [...new Set([...given(), ...added])]).map(observe),
    fork: (observed, sequence) => add(forkAt(observed, sequence)),
    open: (text) => {
      const machines = given?.().map((run) => observe(run).machine)
      return add(openRunFile(text, machines))
    },
    test: testText,
    choices: eventChoices,
    fields: eventFields,
    // The machine, or its schema, judges what was entered.
    send: ({ run }, event) =>
      (run as unknown as { in: { send(event: RunEvent): RunError | undefined } }).in.send(event),
  }
}
