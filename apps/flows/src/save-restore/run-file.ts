// Runs as files. A file is what `JSON.stringify(run)` gives, and nothing else: whatever reads runs, reads it.

import { type Machine, type Run, type RunDocument, type RunEvent, restoreRun } from '@xmachines/core'

/** Any run, as far as a file holds it. */
type AnyRun = Pick<Run<unknown, RunEvent>, 'id' | 'machine' | 'toJSON'>

/** The name of a run's file: that of its machine, and the beginning of its id. */
export function fileNameOf({ machine, id }: AnyRun): string {
  return `${machine.name}-${id.slice(0, 7)}.run.json`
}

/** The file of a run. */
export function fileOf(run: AnyRun): File {
  return new File([JSON.stringify(run)], fileNameOf(run), { type: 'application/json' })
}

/** Has the browser save a file, as it saves what is downloaded. */
export function save(file: File): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = file.name
  document.body.append(link)
  link.click()
  link.remove()
  // By then the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/**
 * The run in a file, every oid verified.
 *
 * @param machine the machine it must be of
 * @param file what was dropped or chosen
 * @param head the oid at which it must end, where one is trusted
 * @throws {SyntaxError} where it is no JSON
 * @throws what `restoreRun` throws
 */
export async function readRun<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  file: File,
  head?: string,
): Promise<Run<State, Event, Output, Input>> {
  // It may be anything: restoreRun looks at all of it.
  const history = JSON.parse(await file.text()) as RunDocument<Event>
  return restoreRun(machine, history, head === undefined ? {} : { head })
}
