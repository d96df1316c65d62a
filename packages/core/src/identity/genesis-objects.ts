// The objects of a genesis: the commit that forks a run from its machine, and all that it names (RFC Run v1 §2.3).

import { canonicalJson } from '../data/canonical-json.ts'
import { commitText, type GitObject, gitObject, treeBytes } from './git-object.ts'
import type { ObjectFormat } from './object-format.ts'

/** What a genesis commit is computed from. */
export interface GenesisContent {
  readonly machine: { readonly name: string; readonly version: string }
  /** Whole seconds since the epoch. */
  readonly createdAt: number
  /** 32 hex digits. */
  readonly nonce: string
  readonly initial: unknown
  readonly input: unknown
  /** The oid of the commit that the run was forked from, in hex, if it was. */
  readonly forkedFrom?: string | undefined
}

/** The objects of a genesis, and three of their oids. */
export interface GenesisObjects {
  /** The oid of the genesis commit, which is the run's id. */
  readonly oid: string
  /** The oid of the machine's commit. */
  readonly machine: string
  /** The oid of the tree of the genesis, which every batch has too. */
  readonly tree: string
  /** All objects, each after those that it names. */
  readonly objects: readonly GitObject[]
}

/** The objects of a genesis. */
export function genesisObjects(
  format: ObjectFormat,
  { machine: { name, version }, createdAt, nonce, initial, input, forkedFrom }: GenesisContent,
): GenesisObjects {
  const objects: GitObject[] = []
  const add = (type: GitObject['type'], content: Uint8Array | string): string => {
    const object = gitObject(format, type, content)
    objects.push(object)
    return object.oid
  }
  const files: [string, string][] = [['initial.json', add('blob', jsonFile(initial))]]
  if (input !== undefined) files.push(['input.json', add('blob', jsonFile(input))])
  const machineFile: [string, string] = ['machine.json', add('blob', jsonFile({ name, version }))]
  const machineTree = add('tree', treeBytes([machineFile]))
  const machineMessage = `machine ${name}@${version}\n`
  const machine = add('commit', commitText({ tree: machineTree, authored: 0, committed: 0, message: machineMessage }))
  const tree = add('tree', treeBytes([...files, machineFile]))
  const fork = forkedFrom === undefined ? '' : `Forked-From: ${forkedFrom}\n`
  const message = `run ${name}@${version}\n\nNonce: ${nonce}\n${fork}`
  const oid = add('commit', commitText({ tree, parent: machine, authored: createdAt, committed: createdAt, message }))
  return { tree, machine, oid, objects }
}

/** The content of a JSON file in a tree: canonical JSON and a line end. */
export function jsonFile(value: unknown): string {
  return `${canonicalJson(value)}\n`
}

/** The oid of the blob that holds a state. */
export function stateOid(format: ObjectFormat, state: unknown): string {
  return gitObject(format, 'blob', jsonFile(state)).oid
}
