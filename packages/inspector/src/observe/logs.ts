// The logs of a run, and a look at them that counts as nobody's reader.

import type { AnyRun } from '@xmachines/core'
import { internalsKey, type Log, type RunInternals } from '@xmachines/core/internal'

/** The logs of a run: the one with its history, and the one that `in` writes to. They may be the same. */
export interface RunLogs {
  readonly confirmed: Log
  readonly tentative: Log
  /** How the run object began. */
  readonly initial: RunInternals['initial']
}

/**
 * The logs of a run.
 * @throws {TypeError} if it is no run of this core
 */
export function logsOf(run: AnyRun): RunLogs {
  const internals = (run as Partial<{ readonly [internalsKey]: RunInternals }> | null)?.[internalsKey]
  if (internals === undefined) {
    throw new TypeError('observe takes a run: give it what createRun, restoreRun or openShared returns')
  }
  const { log, tentative = log, initial } = internals
  return { confirmed: log, tentative, initial }
}

/** Calls a function once, at the next change or refusal. */
export function onceChanged({ confirmed, tentative }: RunLogs, changed: () => void): void {
  for (const log of new Set([confirmed, tentative])) {
    const { observed: before } = log
    log.observed = () => {
      log.observed = undefined
      before?.()
      changed()
    }
  }
}
