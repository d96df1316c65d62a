// Runs the child that records a long run, and reports how much its memory grew.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeFolder, makeRepository } from './repositories.ts'

/** The result of a long run. */
export interface LongRun {
  /** Megabytes on the heap and outside it, between a quarter of the run and its end. */
  readonly growth: number
  readonly sequence: number
  /** How many records its history had when all of it was read, and how many outputs were delivered meanwhile. */
  readonly read: number
  readonly delivered: number
  readonly head: string
  /** Where the ref points. */
  readonly recorded: string
}

/** Records a run of many events in a process of its own, which keeps few batches. */
export async function recordLongRun(events: number, retain: number): Promise<LongRun> {
  const folder = makeFolder()
  try {
    const { directory, runs, close } = await makeRepository(folder)
    const script = join(import.meta.dirname, 'long-run-child.ts')
    const flags = ['--expose-gc', '--conditions=@xmachines/source']
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...flags, script, directory, String(events), String(retain)],
      { env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' } },
    )
    const { memory, ...result } = JSON.parse(stdout)
    let recorded = ''
    for await (const { head } of runs()) recorded = head
    await close()
    return { ...result, recorded, growth: (memory.at(-1) - memory[0]) / 1e6 }
  } finally {
    folder.remove()
  }
}
