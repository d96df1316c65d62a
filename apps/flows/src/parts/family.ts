// Runs that come from one run: branches, which are forked from it at a commit and have their own id, and copies, which are
// the same run.

import { forkRun, type Run, type RunEvent, restoreRun } from '@xmachines/core'
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
  /** The chosen run. */
  readonly run: Run<State, Event, Output, Input>
  choose(index: number): void
  /** Forks the chosen run at a sequence, and chooses the fork. */
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
    run,
    choose,
    branch: (sequence) => add(forkRun(run, sequence), 'branch', sequence),
    copy: (sequence) => add(copyAt(run, sequence), 'copy', sequence),
  }
}

/** The same run with the same id, as it was at a sequence: the beginning of a history is a history. */
function copyAt<State, Event extends RunEvent, Output, Input>(
  run: Run<State, Event, Output, Input>,
  sequence: number,
): Run<State, Event, Output, Input> {
  return restoreRun(run.machine, run.toJSON().records.slice(0, sequence + 1))
}
