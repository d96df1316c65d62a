// Reads the commits of runs, as Git stores them, into records. What they hold is held against the bytes that core
// writes for it, so that nothing is taken for a run that is none.

import type { GenesisRecord } from '@xmachines/core'
import { genesisObjects } from '@xmachines/core/internal'
import { isMachineName, type MachineName } from '../refs/ref-names.ts'
import { type FormatName, hexOf, objectFormat, widthOf } from './object-id.ts'
import { corrupt, type ReadObject } from './object-stream.ts'

/** A commit, taken apart. */
export interface Commit {
  readonly tree: string
  readonly parent: string | undefined
  /** Seconds since the epoch: of a batch, when its run began, and that plus its sequence. */
  readonly authored: number
  readonly committed: number
  readonly message: string
}

const LAYOUT =
  /^tree ([0-9a-f]+)\n(?:parent ([0-9a-f]+)\n)?author [^\n]*> (\d+) \+0000\ncommitter [^\n]*> (\d+) \+0000\n\n/

/** A commit, taken apart; undefined where it is not one of those that core writes. */
export function readCommit({ type, content }: ReadObject): Commit | undefined {
  if (type !== 'commit') return undefined
  const text = content.toString()
  const found = LAYOUT.exec(text)
  if (found === null) return undefined
  const [header, tree = '', parent, authored, committed] = found
  return { tree, parent, authored: Number(authored), committed: Number(committed), message: text.slice(header.length) }
}

/** What the message of a genesis says: the machine, and the nonce. */
export function readGenesisMessage(message: string): (MachineName & { readonly nonce: string }) | undefined {
  const [, name, version, nonce] = /^run ([^@\n]+)@([^\n]+)\n\nNonce: ([0-9a-f]{32})\n$/.exec(message) ?? []
  if (name === undefined || version === undefined || nonce === undefined || !isMachineName(name, version))
    return undefined
  return { name, version, nonce }
}

/** The files of a tree, by name. */
export function readTree({ content }: ReadObject, format: FormatName): Map<string, string> {
  const files = new Map<string, string>()
  const width = widthOf(format)
  for (let at = 0; at < content.length; ) {
    const end = content.indexOf(0, at)
    files.set(
      content.toString('utf8', content.indexOf(32, at) + 1, end),
      hexOf(content.subarray(end + 1, end + 1 + width)),
    )
    at = end + 1 + width
  }
  return files
}

/** A genesis as it is in a repository: its record, and its tree. */
export interface Genesis {
  readonly record: GenesisRecord
  readonly tree: string
  /** The state that the run begins with. */
  readonly initial: unknown
}

/** Reads a genesis whose commit was read, and makes sure that it is one, to the last byte. */
export async function readGenesis(
  object: ReadObject,
  format: FormatName,
  read: (oid: string) => Promise<ReadObject | undefined>,
): Promise<Genesis> {
  const run = object.oid
  const commit = readCommit(object)
  const said = commit === undefined ? undefined : readGenesisMessage(commit.message)
  if (commit === undefined || said === undefined)
    throw corrupt(run, 'it is not the genesis of a run', { run, sequence: 0 })
  const tree = await read(commit.tree)
  if (tree === undefined) throw corrupt(commit.tree, 'the tree of the genesis is missing', { run, sequence: 0 })
  const files = readTree(tree, format)
  const value = async (name: string): Promise<unknown> => {
    const oid = files.get(name)
    if (oid === undefined) return undefined
    const blob = await read(oid)
    if (blob === undefined) throw corrupt(oid, `${name} of the genesis is missing`, { run, sequence: 0 })
    return JSON.parse(blob.content.toString()) as unknown
  }
  const { name, version, nonce } = said
  const [input, initial] = [await value('input.json'), await value('initial.json')]
  const createdAt = commit.authored
  const made = genesisObjects(objectFormat(format), { machine: { name, version }, createdAt, nonce, initial, input })
  if (made.oid !== run) throw corrupt(run, `as the genesis of a run it would be ${made.oid}`, { run, sequence: 0 })
  const machine = { name, version, oid: made.machine }
  const record = { oid: run, format, machine, createdAt, nonce }
  return { record: input === undefined ? record : { ...record, input }, tree: commit.tree, initial }
}
