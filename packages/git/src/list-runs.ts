// Lists runs without walking a history: a head's committer date less its author date is its sequence.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readCommit, readGenesisMessage } from './commit-text.ts'
import { groupedStream } from './grouped-stream.ts'
import { isOid } from './object-id.ts'
import { endOf, objectParser } from './object-stream.ts'
import type { ReadingPlace } from './reading-place.ts'
import { isMachineName, type MachineName, RUNS } from './ref-names.ts'

/** Which runs to list. */
export interface RunFilter {
  /** Those of this machine; of all its versions where it is given by name. */
  readonly machine?: string | MachineName
}

/** A run that is recorded. */
export interface RecordedRun {
  readonly id: string
  readonly head: string
  readonly sequence: number
  /** When it began, in whole seconds since the epoch. When it was last written to is not in a history. */
  readonly createdAt: number
  readonly machine: MachineName
}

type Listed = Omit<RecordedRun, 'machine'>

/** The runs of a repository, in the order of their refs. */
export function listRuns(place: ReadingPlace, { machine }: RunFilter): ReadableStream<RecordedRun> {
  const name = typeof machine === 'string' ? machine : machine?.name
  const version = typeof machine === 'string' ? undefined : machine?.version
  if (name !== undefined && !isMachineName(name, version ?? '1')) {
    throw new TypeError(`machine is ${JSON.stringify(name)}; it must be a machine, or the name of one`)
  }
  return groupedStream(() => list(place, name, version))
}

async function* list(
  place: ReadingPlace,
  name: string | undefined,
  version: string | undefined,
): AsyncGenerator<RecordedRun[]> {
  const geneses = readGeneses(place)
  const listed: Listed[] = []
  try {
    // Git prints no ref before it has found them all, and most are files, whose names say what to read meanwhile.
    geneses.ask(await idsInFiles(place, name))
    for await (const runs of listRefs(place, name)) {
      geneses.ask(runs.map(({ id }) => id))
      listed.push(...runs)
    }
  } finally {
    geneses.end()
  }
  const machines = await geneses.machines
  yield listed.flatMap((run) => {
    const machine = machines.get(run.id)
    // A ref that is not of a run is somebody else's.
    return machine === undefined || machine.version !== (version ?? machine.version) ? [] : [{ ...run, machine }]
  })
}

async function* listRefs({ git, format }: ReadingPlace, name: string | undefined): AsyncGenerator<Listed[]> {
  const layout = '--format=%(refname) %(objectname) %(authordate:unix) %(committerdate:unix)'
  for await (const lines of git.lines(['for-each-ref', layout, name === undefined ? RUNS : `${RUNS}${name}/`])) {
    const runs: Listed[] = []
    for (const line of lines) {
      const [ref = '', head = '', authored, committed] = line.split(' ')
      const id = ref.slice(ref.lastIndexOf('/') + 1)
      const createdAt = Number(authored)
      if (isOid(id, format)) runs.push({ id, head, sequence: Number(committed) - createdAt, createdAt })
    }
    yield runs
  }
}

/** The ids of runs whose refs are files: what `git pack-refs` packed is not among them, and some may be gone. */
async function idsInFiles({ gitDirectory, format }: ReadingPlace, name: string | undefined): Promise<string[]> {
  const under = join(gitDirectory, RUNS)
  const names = name === undefined ? await readdir(under).catch(() => []) : [name]
  const files = await Promise.all(names.map((each) => readdir(join(under, each)).catch(() => [])))
  return files.flat().filter((id) => isOid(id, format))
}

/** Geneses that are read in one process, which is asked bit by bit. */
interface Geneses {
  /** Has those of some runs read that were not asked for before. */
  ask(ids: readonly string[]): void
  /** Nothing more is asked. */
  end(): void
  /** The machines by the ids of the runs, after the end; what is not a genesis has none. */
  readonly machines: Promise<ReadonlyMap<string, MachineName>>
}

function readGeneses({ git, format }: ReadingPlace): Geneses {
  const child = git.start(['cat-file', '--batch', '--buffer'])
  const ended = endOf(child, 'cat-file', 'of a run')
  const asked = new Set<string>()
  const machines = readMachines()
  machines.catch(() => undefined)

  async function readMachines(): Promise<Map<string, MachineName>> {
    const found = new Map<string, MachineName>()
    const parse = objectParser(format)
    for await (const chunk of child.stdout) {
      for (const object of parse(chunk as Buffer)) {
        const said = object.fault === undefined ? readGenesisMessage(readCommit(object)?.message ?? '') : undefined
        if (said !== undefined) found.set(object.oid, { name: said.name, version: said.version })
      }
    }
    await ended
    return found
  }

  return {
    ask(ids) {
      const due = ids.filter((id) => !asked.has(id))
      for (const id of due) asked.add(id)
      if (due.length > 0) child.stdin.write(`${due.join('\n')}\n`)
    },
    end: () => void child.stdin.end(),
    machines,
  }
}
