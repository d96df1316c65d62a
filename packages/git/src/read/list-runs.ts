// Lists runs without reading their histories: the dates of a head give its sequence. What cannot be listed is an error
// after those that can, so that nothing is lost and nothing is hidden.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { asReadError, GitError } from '../git-error.ts'
import { isMachineName, type MachineName } from '../machines.ts'
import { decodeCommit } from '../objects/commit.ts'
import { decodeGenesisMessage } from '../objects/genesis-commit.ts'
import { isOid } from '../objects/object-id.ts'
import { corrupt, endOf, objectParser, type ReadObject } from '../objects/object-stream.ts'
import { whyUnreadable } from '../objects/passed-over.ts'
import { OBJECT_PATIENCE, patiently } from '../process/patience.ts'
import { type ListedRef, listRefs, type RefFault } from '../refs/list-refs.ts'
import { RUNS } from '../refs/ref-names.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { headFault } from './find-run.ts'
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

/**
 * The runs of a repository, in the order of their refs.
 * @throws {GitError} after the last one, if refs or objects cannot be read: what of each is named
 */
export function listRuns(context: RepositoryContext, { machine }: RunFilter): ReadableStream<RecordedRun> {
  const name = typeof machine === 'string' ? machine : machine?.name
  const version = typeof machine === 'string' ? undefined : machine?.version
  if (machine !== undefined && (typeof name !== 'string' || !isMachineName(name, version ?? '1'))) {
    throw new TypeError(
      `machine is ${JSON.stringify(name ?? machine)}; it must be a machine, the name of one, or { name, version }`,
    )
  }
  return groupedStream(() => list(context, name, version), `listing the runs of ${context.directory}`)
}

async function* list(
  context: RepositoryContext,
  name: string | undefined,
  version: string | undefined,
): AsyncGenerator<RecordedRun[]> {
  const under = name === undefined ? RUNS : `${RUNS}${name}/`
  const reader = readAbout(context)
  let found: { readonly runs: readonly RunRef[]; readonly faults: readonly RefFault[] }
  try {
    // Git prints no ref before it has found them all. Most refs are files, whose names say what to read meanwhile.
    const [ids, { refs, faults }] = await Promise.all([idsInFiles(context, name), listRefs(context, under)])
    found = { runs: refs.flatMap((one) => runOf(context, one)), faults }
    reader.ask([...ids, ...found.runs.flatMap(({ id, head }) => [id, head])])
  } finally {
    reader.end()
  }
  const about = await reader.about
  const errors = found.faults.map(({ ref, error }) => {
    const { code, message, cause } = error
    const id = ref.slice(ref.lastIndexOf('/') + 1)
    return isOid(id, context.format) ? new GitError(code, message, { run: id, cause }) : error
  })
  const listed: RecordedRun[] = []
  for (const run of found.runs) {
    const judged = await judge(context, run, about)
    if (judged instanceof GitError) errors.push(judged)
    else if (judged !== undefined && judged.machine.version === (version ?? judged.machine.version)) listed.push(judged)
  }
  yield listed
  if (errors.length > 0) throw notListed(context, errors)
}

/** The ref of a run, by its name. */
interface RunRef {
  readonly ref: string
  readonly id: string
  readonly head: string
}

function runOf({ format }: RepositoryContext, { ref, oid }: ListedRef): RunRef[] {
  const id = ref.slice(ref.lastIndexOf('/') + 1)
  return isOid(id, format) ? [{ ref, id, head: oid }] : []
}

/** A run as its ref and its genesis describe it, or why it cannot be listed; undefined if it is not a run. */
async function judge(
  context: RepositoryContext,
  { ref, id, head }: RunRef,
  about: ReadonlyMap<string, AboutObject>,
): Promise<RecordedRun | GitError | undefined> {
  const known = async (oid: string): Promise<AboutObject> => about.get(oid) ?? (await readOne(context, oid))
  const genesis = await known(id)
  if (genesis instanceof GitError) return named(ref, genesis, id)
  // A ref whose name is not the id of a genesis belongs to somebody else.
  if (genesis.machine === undefined) return undefined
  const tip = await known(head)
  if (tip instanceof GitError) return named(ref, tip, id)
  const { dates = { createdAt: 0, sequence: -1 } } = tip
  const fault = headFault({ id, ref, head, sequence: dates.sequence })
  if (fault !== undefined) return named(ref, fault, id)
  return { id, head, ...dates, machine: genesis.machine }
}

function named(ref: string, { code, message, cause }: GitError, run: string): GitError {
  return new GitError(code, `${ref} cannot be listed: ${message}`, { run, cause })
}

/** How many faults an error names. */
const MOST_NAMED = 20

function notListed({ directory }: RepositoryContext, errors: readonly GitError[]): GitError {
  const [first] = errors as [GitError]
  if (errors.length === 1) return first
  const lines = errors.slice(0, MOST_NAMED).map(({ message }) => `\n${message}`)
  const more = errors.length > MOST_NAMED ? `\nand ${errors.length - MOST_NAMED} more` : ''
  const cause = new AggregateError(errors, 'what could not be listed')
  const message = `${errors.length} refs or folders of refs in ${directory} cannot be listed:${lines.join('')}${more}`
  return new GitError(first.code, message, { cause })
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

/** What is kept of an object that was read: its dates if it is a commit, its machine if it is a genesis. */
interface KnownObject {
  readonly dates: Pick<RecordedRun, 'createdAt' | 'sequence'> | undefined
  readonly machine: MachineName | undefined
}

type AboutObject = KnownObject | GitError

function aboutOf(object: ReadObject): AboutObject {
  if (object.fault !== undefined) return object.fault
  const commit = decodeCommit(object)
  const message = decodeGenesisMessage(object)
  return {
    dates: commit && { createdAt: commit.createdAt, sequence: commit.sequence },
    machine: message && { name: message.name, version: message.version },
  }
}

/** Reads one object, and finds out why it cannot be read. */
async function readOne(context: RepositoryContext, oid: string): Promise<AboutObject> {
  try {
    const object = await context.read(oid)
    if (object !== undefined) return aboutOf(object)
    return (await whyUnreadable(context, oid)) ?? corrupt(oid, 'it is missing')
  } catch (thrown) {
    return asReadError(thrown, `reading ${oid}`)
  }
}

/** Reads many objects in one process, which is asked bit by bit. */
interface AboutReader {
  /** Asks for objects that were not asked for before. */
  ask(oids: readonly string[]): void
  /** Says that no more is asked. */
  end(): void
  /** What is known of the objects by oid, after the end; those that could not be read are left out. */
  readonly about: Promise<ReadonlyMap<string, AboutObject>>
}

function readAbout({ git, format }: RepositoryContext): AboutReader {
  const child = git.start(['cat-file', '--batch', '--buffer'])
  const ended = endOf(child, 'cat-file', 'of a run')
  const asked = new Set<string>()

  async function readAll(): Promise<Map<string, AboutObject>> {
    const found = new Map<string, AboutObject>()
    const parse = objectParser(format)
    try {
      for await (const chunk of patiently(child.stdout, [child], OBJECT_PATIENCE)) {
        for (const object of parse(chunk)) {
          if (object.type !== 'missing') found.set(object.oid, aboutOf(object))
        }
      }
      await ended
    } catch {
      // Git ends at the first object that it cannot read. The others are read one by one, and any other failure happens
      // again there.
      child.kill('SIGKILL')
    }
    return found
  }

  return {
    ask(oids) {
      const due = [...new Set(oids)].filter((oid) => !asked.has(oid))
      for (const oid of due) asked.add(oid)
      if (due.length > 0) child.stdin.write(`${due.join('\n')}\n`)
    },
    end: () => void child.stdin.end(),
    about: readAll(),
  }
}
