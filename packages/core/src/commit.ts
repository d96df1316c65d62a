// The commits that a history is made of, byte for byte as Git stores them: machine, genesis and batch (RFC Run v1
// §2.3, §10). Knows formats and bytes; runs nothing.

import { canonicalJson } from './canonical-json.ts'
import { fromHex, type GitObject, gitObject, hexDigit, type ObjectFormat } from './oid.ts'
import type { Batch } from './step.ts'

const WHO = 'XMachines <noreply@xmachines.invalid>'

/** What a genesis commit is computed of. */
export interface GenesisContent {
  readonly machine: { readonly name: string; readonly version: string }
  /** Whole seconds since the epoch. */
  readonly createdAt: number
  /** 32 hex digits. */
  readonly nonce: string
  readonly initial: unknown
  readonly input: unknown
}

/** The oid of the blob that holds a state: its canonical JSON and a line end. */
export function stateOid(format: ObjectFormat, state: unknown): string {
  return gitObject(format, 'blob', jsonFile(state)).oid
}

/** What a file of a tree holds: canonical JSON and a line end. */
export function jsonFile(value: unknown): string {
  return `${canonicalJson(value)}\n`
}

/**
 * The objects of a genesis, each behind those that it names, and the oids of three: its tree, which every batch has
 * too, its machine, and its own, which is the run's id.
 */
export function genesisObjects(
  format: ObjectFormat,
  { machine: { name, version }, createdAt, nonce, initial, input }: GenesisContent,
): { readonly tree: string; readonly machine: string; readonly oid: string; readonly objects: readonly GitObject[] } {
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
  const machine = add('commit', commitText(machineTree, undefined, 0, 0, `machine ${name}@${version}\n`))
  const tree = add('tree', treeBytes([...files, machineFile]))
  const message = `run ${name}@${version}\n\nNonce: ${nonce}\n`
  const oid = add('commit', commitText(tree, machine, createdAt, createdAt, message))
  return { tree, machine, oid, objects }
}

/** The message of a batch's commit: one line of canonical JSON for each event. */
function batchMessage(batch: Batch): string {
  if (!Array.isArray(batch)) return `${canonicalJson(batch)}\n`
  let message = ''
  for (const event of batch) message += `${canonicalJson(event)}\n`
  return message
}

/** What stands before the parent of a batch's commit, and between that and the committer date. */
export function batchHeader(tree: string, createdAt: number): readonly [before: string, middle: string] {
  return [`tree ${tree}\nparent `, `\nauthor ${WHO} ${createdAt} +0000\ncommitter ${WHO} `]
}

/** The bytes of the commit of a batch behind a parent, `commit LENGTH\0` before them; good until the next call. */
export type BatchWriter = (parent: Uint8Array, sequence: number, batch: Batch) => Uint8Array

/**
 * Writes the commits of one run's batches. Everything of a commit but parent, committer date and message is the same
 * for all of them, so it is written once, into a buffer that is used again.
 */
export function batchWriter(tree: string, createdAt: number): BatchWriter {
  // `commit LENGTH\0` is written in front of BODY, once the length is known.
  const BODY = 24
  const [before, middle] = batchHeader(tree, createdAt)
  let bytes = new Uint8Array(1024)
  let commit = bytes.subarray(0, 0)
  const parentAt = writeAscii(bytes, BODY, before)
  const dateAt = writeAscii(bytes, parentAt + tree.length, middle)
  return (parent, sequence, batch) => {
    writeHex(bytes, parentAt, parent)
    const messageAt = writeAscii(bytes, dateAt, `${createdAt + sequence} +0000\n\n`)
    const message = batchMessage(batch)
    // UTF-8 takes at most three bytes for each UTF-16 code unit.
    const most = messageAt + message.length * 3
    if (most > bytes.length) {
      bytes = grown(bytes, most)
      commit = bytes.subarray(0, 0)
    }
    const end = writeUtf8(bytes, messageAt, message)
    // A commit as long as the one before has its header already, and the same view of the bytes.
    if (commit.byteLength === 0 || commit.byteOffset + commit.byteLength !== end) {
      const header = `commit ${end - BODY}\0`
      writeAscii(bytes, BODY - header.length, header)
      commit = bytes.subarray(BODY - header.length, end)
    }
    return commit
  }
}

/** The content of a tree of files, whose names come sorted. */
export function treeBytes(files: readonly (readonly [name: string, blob: string])[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const [name, blob] of files) parts.push(utf8.encode(`100644 ${name}\0`), fromHex(blob))
  const content = new Uint8Array(parts.reduce((total, part) => total + part.length, 0))
  let at = 0
  for (const part of parts) {
    content.set(part, at)
    at += part.length
  }
  return content
}

/** The content of a commit; times are whole seconds since the epoch. */
export function commitText(
  tree: string,
  parent: string | undefined,
  authored: number,
  committed: number,
  message: string,
): string {
  const parents = parent === undefined ? '' : `parent ${parent}\n`
  return `tree ${tree}\n${parents}author ${WHO} ${authored} +0000\ncommitter ${WHO} ${committed} +0000\n\n${message}`
}

const utf8 = new TextEncoder()

function writeAscii(bytes: Uint8Array, from: number, text: string): number {
  for (let at = 0; at < text.length; at++) bytes[from + at] = text.charCodeAt(at)
  return from + text.length
}

function writeHex(bytes: Uint8Array, from: number, digest: Uint8Array): void {
  for (let at = 0; at < digest.length; at++) {
    const byte = digest[at] as number
    bytes[from + 2 * at] = hexDigit(byte >> 4)
    bytes[from + 2 * at + 1] = hexDigit(byte & 15)
  }
}

/** As `encodeInto`, which costs more than short text itself where all of it is ASCII. */
function writeUtf8(bytes: Uint8Array, from: number, text: string): number {
  if (text.length < 200) {
    let at = 0
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code > 0x7f) break
      bytes[from + at] = code
    }
    if (at === text.length) return from + at
  }
  return from + utf8.encodeInto(text, bytes.subarray(from)).written
}

function grown(bytes: Uint8Array, least: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(least * 2)
  larger.set(bytes)
  return larger
}
