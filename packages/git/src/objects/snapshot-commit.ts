// The commit of a snapshot, encoded and decoded. Its parent is the batch that it belongs to, and its tree adds the
// state to the files of the genesis.

import { commitText, type GitObject, gitObject, jsonFile, treeBytes } from '../core-internals.ts'
import type { MachineName } from '../machines.ts'
import { decodeCommit, decodeTree } from './commit.ts'
import { type FormatName, objectFormat } from './object-id.ts'
import type { ObjectSource } from './object-reader.ts'
import { parseStored } from './stored-json.ts'

/** What a snapshot is made of. */
export interface SnapshotContent {
  readonly format: FormatName
  readonly machine: MachineName
  readonly createdAt: number
  /** The files of the genesis: their oids, by name. */
  readonly files: ReadonlyMap<string, string>
  /** The oid of the batch, or of the genesis. */
  readonly parent: string
  readonly sequence: number
  readonly position: number
  readonly status: string
  readonly state: unknown
}

/** A decoded snapshot. */
export interface DecodedSnapshot {
  /** The oid of the batch that it belongs to. */
  readonly parent: string
  readonly sequence: unknown
  readonly position: number
  readonly status: 'active' | 'done'
  readonly state: unknown
  readonly stateOid: string
}

/** The objects of a snapshot, and the oid of its commit, which is the last of them. */
export function encodeSnapshot(content: SnapshotContent): {
  readonly oid: string
  readonly objects: readonly GitObject[]
} {
  const { machine, createdAt, sequence, position, status, parent } = content
  const format = objectFormat(content.format)
  const state = gitObject(format, 'blob', jsonFile(content.state))
  const about = gitObject(format, 'blob', jsonFile({ position, sequence, status }))
  const files = [...content.files, ['snapshot.json', about.oid] as const, ['state.json', state.oid] as const]
  const tree = gitObject(format, 'tree', treeBytes(files.toSorted(([one], [other]) => (one < other ? -1 : 1))))
  const message = `snapshot ${machine.name}@${machine.version} at ${sequence}\n`
  const text = commitText({
    tree: tree.oid,
    parent,
    authored: createdAt,
    committed: createdAt + sequence,
    message,
  })
  const commit = gitObject(format, 'commit', text)
  return { oid: commit.oid, objects: [state, about, tree, commit] }
}

/** Reads a snapshot, or answers with text that says why the object is not one. Nothing is compared with its history. */
export async function readSnapshot({ read, format }: ObjectSource, oid: string): Promise<DecodedSnapshot | string> {
  const object = await read(oid)
  if (object === undefined) return 'it is missing'
  const commit = decodeCommit(object)
  if (commit?.parent === undefined) return 'it is not a snapshot'
  const tree = await read(commit.tree)
  if (tree?.type !== 'tree') return 'it has no tree'
  const files = decodeTree(tree, format)
  const fileOf = async (name: string): Promise<{ readonly oid: string; readonly value: unknown } | string> => {
    const named = files.get(name)
    const blob = named === undefined ? undefined : await read(named)
    if (blob?.type !== 'blob') return `it has no ${name}`
    try {
      return { oid: blob.oid, value: parseStored(blob.content, name) }
    } catch (thrown) {
      return `its ${name} is not plain data: ${(thrown as Error).message}`
    }
  }
  const [about, state] = await Promise.all([fileOf('snapshot.json'), fileOf('state.json')])
  if (typeof about === 'string') return about
  if (typeof state === 'string') return state
  const { sequence, position, status } = (about.value ?? {}) as Partial<DecodedSnapshot>
  if (!Number.isSafeInteger(position) || (status !== 'active' && status !== 'done')) {
    return 'its snapshot.json is malformed'
  }
  const { value, oid: stateOid } = state
  return { parent: commit.parent, sequence, position: position as number, status, state: value, stateOid }
}
