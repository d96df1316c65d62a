// Lists runs without reading their histories: the dates of a head give its sequence.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isMachineName, type MachineName } from '../machines.ts'
import { datesOf } from '../objects/commit.ts'
import { decodeGenesisMessage } from '../objects/genesis-commit.ts'
import { isOid } from '../objects/object-id.ts'
import { endOf, objectParser } from '../objects/object-stream.ts'
import { readHead } from '../refs/read-head.ts'
import { RUNS } from '../refs/ref-names.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { groupedStream } from './grouped-stream.ts'

/** Which runs to list. */
export interface RunFilter {
  /** Only runs of this machine; a name alone means all its versions. */
  readonly machine?: string | MachineName
}

/** A run that is recorded. */
export interface RecordedRun {
  readonly id: string
  readonly head: string
  readonly sequence: number
  /** When it was created, in whole seconds since the epoch. A history does not say when it was last written to. */
  readonly createdAt: number
  readonly machine: MachineName
}

type Listed = Omit<RecordedRun, 'machine'>

/** The runs of a repository, in the order of their refs. */
export function listRuns(context: RepositoryContext, { machine }: RunFilter): ReadableStream<RecordedRun> {
  const name = typeof machine === 'string' ? machine : machine?.name
  const version = typeof machine === 'string' ? undefined : machine?.version
  if (machine !== undefined && (typeof name !== 'string' || !isMachineName(name, version ?? '1'))) {
    throw new TypeError(
      `machine is ${JSON.stringify(name ?? machine)}; it must be a machine, the name of one, or { name, version }`,
    )
  }
  return groupedStream(() => list(context, name, version))
}

async function* list(
  context: RepositoryContext,
  name: string | undefined,
  version: string | undefined,
): AsyncGenerator<RecordedRun[]> {
  const machineReader = readMachines(context)
  const listed: Listed[] = []
  try {
    // Git prints no ref before it has found them all. Most refs are files, whose names say what to read meanwhile.
    machineReader.ask(await idsInFiles(context, name))
    for await (const runs of listHeads(context, name)) {
      machineReader.ask(runs.map(({ id }) => id))
      listed.push(...runs)
    }
  } finally {
    machineReader.end()
  }
  const machines = await machineReader.machines
  yield listed.flatMap((run) => {
    const machine = machines.get(run.id)
    // A ref whose name is not the id of a genesis belongs to somebody else.
    return machine === undefined || machine.version !== (version ?? machine.version) ? [] : [{ ...run, machine }]
  })
}

async function* listHeads(context: RepositoryContext, name: string | undefined): AsyncGenerator<Listed[]> {
  const given = new Set<string>()
  try {
    for await (const refs of listRefs(context, name, ['%(authordate:unix)', '%(committerdate:unix)'])) {
      for (const { ref } of refs) given.add(ref)
      yield refs.map(({ id, head, more }) => ({ id, head, ...datesOf(Number(more[0]), Number(more[1])) }))
    }
  } catch {
    // Git ends at the first head that it cannot read. Any other failure happens again here.
    for await (const all of listRefs(context, name, [])) {
      const refs = all.filter(({ ref }) => !given.has(ref))
      const heads = await Promise.all(refs.map(({ head }) => readHead(context, head).catch(() => undefined)))
      yield refs.flatMap(({ id, head, ref }, at) => {
        const commit = heads[at]?.commit
        if (commit !== undefined) return [{ id, head, sequence: commit.sequence, createdAt: commit.createdAt }]
        const why = `${ref} in ${context.directory} is not listed: its commit ${head} is missing or corrupt`
        process.emitWarning(`${why}; run git fsck, and fetch the run from a sound copy`, 'OBJECT_CORRUPT')
        return []
      })
    }
  }
}

interface RunRef {
  readonly ref: string
  readonly id: string
  readonly head: string
  /** The other fields that were asked for. */
  readonly more: readonly string[]
}

async function* listRefs(
  { git, format }: RepositoryContext,
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

/**
 * The ids of runs whose refs are files. Refs that `git pack-refs` packed are left out, and some may be gone already.
 */
async function idsInFiles({ gitDirectory, format }: RepositoryContext, name: string | undefined): Promise<string[]> {
  const under = join(gitDirectory, RUNS)
  const names = name === undefined ? await readdir(under).catch(() => []) : [name]
  const files = await Promise.all(names.map((each) => readdir(join(under, each)).catch(() => [])))
  return files.flat().filter((id) => isOid(id, format))
}

/** Reads the machines of runs in one process, which is asked bit by bit. */
interface MachineReader {
  /** Asks for the machines of runs that were not asked for before. */
  ask(ids: readonly string[]): void
  /** Says that no more is asked. */
  end(): void
  /** The machines by the ids of the runs, after the end; an object that is not a genesis has none. */
  readonly machines: Promise<ReadonlyMap<string, MachineName>>
}

function readMachines({ git, format }: RepositoryContext): MachineReader {
  const child = git.start(['cat-file', '--batch', '--buffer'])
  const ended = endOf(child, 'cat-file', 'of a run')
  const asked = new Set<string>()
  const machines = readAll()
  machines.catch(() => undefined)

  async function readAll(): Promise<Map<string, MachineName>> {
    const found = new Map<string, MachineName>()
    const parse = objectParser(format)
    for await (const chunk of child.stdout) {
      for (const object of parse(chunk as Buffer)) {
        const message = object.fault === undefined ? decodeGenesisMessage(object) : undefined
        if (message !== undefined) found.set(object.oid, { name: message.name, version: message.version })
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
