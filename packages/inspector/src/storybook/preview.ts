// In the frame of the stories: gathers the runs of the story that is shown, for the panel in the frame around.

import type { AnyRun } from '@xmachines/core'
import { knownRuns } from '../observe/known-runs.ts'
import { type RunSource, runSource } from '../observe/run-source.ts'
import { sourceKey } from './source-key.ts'

interface Framed {
  [sourceKey]?: RunSource
}

/** The runs that were there before the story. */
let earlier = new WeakSet<AnyRun>()

begin()

/** A story begins. Runs of the stories before it are not shown, unless something still reads them. */
function begin(): void {
  const known = knownRuns()
  earlier = new WeakSet(known.list())
  ;(globalThis as Framed)[sourceKey] = runSource(() =>
    known.list().filter((run) => !earlier.has(run) || known.isRead(run)),
  )
}

/** Called by Storybook before each story. */
export const beforeEach: () => void = begin
