// Runs as files. A file contains exactly the result of `JSON.stringify(run)`, so every reader of runs can read it.

import { type Machine, type Run, type RunDocument, type RunEvent, restoreRun } from '@xmachines/core'

/** The members of any run that a file needs. */
type AnyRun = Pick<Run<unknown, RunEvent>, 'id' | 'machine' | 'toJSON'>

/** The file name of a run: the name of its machine and the beginning of its id. */
export function fileNameOf({ machine, id }: AnyRun): string {
  return `${machine.name}-${id.slice(0, 7)}.run.json`
}

/** The file of a run. */
export function fileOf(run: AnyRun): File {
  return new File([JSON.stringify(run)], fileNameOf(run), { type: 'application/json' })
}

/** Lets the browser save a file, as a download. */
export function save(file: File): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = file.name
  document.body.append(link)
  link.click()
  link.remove()
  // By then the browser has started to read the file.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/**
 * Restores the run in a file and verifies every oid.
 *
 * @param machine the machine of the run
 * @param file the file
 * @param head the trusted oid of the latest commit, if it is known
 * @throws {SyntaxError} if the file is not JSON
 * @throws the errors of `restoreRun`
 */
export async function readRun<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  file: File,
  head?: string,
): Promise<Run<State, Event, Output, Input>> {
  // The file may contain anything; `restoreRun` checks all of it.
  const history = JSON.parse(await file.text()) as RunDocument<Event>
  return restoreRun(machine, history, head === undefined ? {} : { head })
}
