// Lists runs without walking a history: a head's committer date less its author date is its sequence.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readCommit, readGenesisMessage } from '../objects/commit.ts'
import { isOid } from '../objects/object-id.ts'
import { endOf, objectParser } from '../objects/object-stream.ts'
import { isMachineName, type MachineName, RUNS } from '../refs/ref-names.ts'
import type { ReadingPlace } from '../repository-context.ts'
import { groupedStream } from './grouped-stream.ts'

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
  if (machine !== undefined && (typeof name !== 'string' || !isMachineName(name, version ?? '1'))) {
    throw new TypeError(`machine is ${JSON.stringify(name ?? machine)}; it must be a machine, or the name of one`)
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
    for await (const runs of listHeads(place, name)) {
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

async function* listHeads(place: ReadingPlace, name: string | undefined): AsyncGenerator<Listed[]> {
  const given = new Set<string>()
  try {
    for await (const refs of listRefs(place, name, ['%(authordate:unix)', '%(committerdate:unix)'])) {
      for (const { ref } of refs) given.add(ref)
      yield refs.map(({ id, head, more }) => listedOf(id, head, Number(more[0]), Number(more[1])))
    }
  } catch {
    // Git ends at the first head that it cannot read. What else fails, fails again.
    for await (const all of listRefs(place, name, [])) {
      const refs = all.filter(({ ref }) => !given.has(ref))
      const heads = await Promise.all(refs.map(({ head }) => place.read(head).catch(() => undefined)))
      yield refs.flatMap(({ id, head, ref }, at) => {
        const object = heads[at]
        const commit = object === undefined ? undefined : readCommit(object)
        if (commit !== undefined) return [listedOf(id, head, commit.authored, commit.committed)]
        const why = `${ref} in ${place.directory} is not listed: its commit ${head} is missing or not sound`
        process.emitWarning(`${why}; run git fsck, and fetch the run from a sound copy`, 'OBJECT_CORRUPT')
        return []
      })
    }
  }
}

function listedOf(id: string, head: string, authored: number, committed: number): Listed {
  return { id, head, sequence: committed - authored, createdAt: authored }
}

interface RunRef {
  readonly ref: string
  readonly id: string
  readonly head: string
  /** The fields that were asked for beside. */
  readonly more: readonly string[]
}

async function* listRefs(
  { git, format }: ReadingPlace,
  name: string | undefined,
  fields: readonly string[],
): AsyncGenerator<RunRef[]> {
  const layout = `--format=${['%(refname)', '%(objectname)', ...fields].join(' ')}`
  for await (const lines of git.lines(['for-each-ref', layout, name === undefined ? RUNS : `${RUNS}${name}/`])) {
    const refs: RunRef[] = []
    for (const line of lines) {
      const [ref = '', head = '', ...more] = line.split(' ')
      const id = ref.slice(ref.lastIndexOf('/') + 1)
      if (isOid(id, format)) refs.push({ ref, id, head, more })
    }
    yield refs
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
