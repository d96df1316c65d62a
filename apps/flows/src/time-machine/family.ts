// Runs that come from one run: branches, which have the same events up to a commit and their own id, and copies, which
// are the same run.

import { type CreateRunArguments, createRun, type Run, type RunEvent, restoreRun } from '@xmachines/core'
import { useState } from 'react'

/** A run and its origin. */
interface Member<State, Event extends RunEvent, Output, Input> {
  readonly run: Run<State, Event, Output, Input>
  readonly origin: string
}

/** Runs that come from one run, and the chosen one of them. */
export interface Family<State, Event extends RunEvent, Output, Input> {
  readonly members: readonly Member<State, Event, Output, Input>[]
  readonly chosen: number
  choose(index: number): void
  /** Makes a new run with the events of the chosen one up to a sequence, and chooses it. */
  branch(sequence: number): void
  /** Restores the chosen run as it was at a sequence, and chooses it. */
  copy(sequence: number): void
}

/** The family of a run. */
export function useFamily<State, Event extends RunEvent, Output, Input>(
  first: Run<State, Event, Output, Input>,
): Family<State, Event, Output, Input> {
  const [others, setOthers] = useState<readonly Member<State, Event, Output, Input>[]>([])
  const [chosen, choose] = useState(0)
  const { run } = others[chosen - 1] ?? { run: first }

  function add(made: Run<State, Event, Output, Input>, how: string, sequence: number): void {
    setOthers([...others, { run: made, origin: `${how} of run ${chosen + 1} at commit ${sequence}` }])
    choose(others.length + 1)
  }

  return {
    members: [{ run: first, origin: 'the first run' }, ...others],
    chosen,
    choose,
    branch: (sequence) => add(branchAt(run, sequence), 'branch', sequence),
    copy: (sequence) => add(copyAt(run, sequence), 'copy', sequence),
  }
}

/** A new run with its own id, the same input, and the same batches up to a sequence. */
function branchAt<State, Event extends RunEvent, Output, Input>(
  run: Run<State, Event, Output, Input>,
  sequence: number,
): Run<State, Event, Output, Input> {
  // This is the input that the run of this machine was created with, so its type is right.
  const options = [{ input: run.genesis.input }] as unknown as CreateRunArguments<Input>
  const branch = createRun(run.machine, ...options)
  for (const record of run.toJSON().records.slice(1, sequence + 1)) {
    if ('parent' in record) branch.in.send(record.events)
  }
  return branch
}

/** The same run with the same id, as it was at a sequence: the beginning of a history is a history. */
function copyAt<State, Event extends RunEvent, Output, Input>(
  run: Run<State, Event, Output, Input>,
  sequence: number,
): Run<State, Event, Output, Input> {
  return restoreRun(run.machine, run.toJSON().records.slice(0, sequence + 1))
}
