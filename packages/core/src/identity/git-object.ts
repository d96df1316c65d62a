// Git objects: an oid is the hash of `TYPE LENGTH\0` and the content.

import { fromHex, toHex } from './hex.ts'
import type { ObjectFormat } from './object-format.ts'

/** Encodes text as Git stores it. Jest's jsdom has no `TextEncoder`. */
export const utf8: Pick<TextEncoder, 'encode'> =
  typeof TextEncoder === 'function' ? new TextEncoder() : { encode: encodeByEscapes }

// Every engine has `unescape`: it gives one character for each byte.
function encodeByEscapes(text = ''): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(unescape(encodeURIComponent(text)), (byte) => byte.charCodeAt(0))
}

/** An object as Git names it. */
export interface GitObject {
  readonly type: 'blob' | 'tree' | 'commit'
  /** Hex digits. */
  readonly oid: string
  /** `TYPE LENGTH\0` and the content: the bytes that the oid is the hash of. */
  readonly bytes: Uint8Array
}

/** The object of a type with some content. */
export function gitObject(format: ObjectFormat, type: GitObject['type'], content: Uint8Array | string): GitObject {
  const body = typeof content === 'string' ? utf8.encode(content) : content
  const header = utf8.encode(`${type} ${body.length}\0`)
  const bytes = new Uint8Array(header.length + body.length)
  bytes.set(header)
  bytes.set(body, header.length)
  return { type, oid: toHex(format.hash(bytes)), bytes }
}

/** The content of a tree of files, sorted by name. */
export function treeBytes(files: readonly (readonly [name: string, blob: string])[]): Uint8Array {
  return Uint8Array.from(files.flatMap(([name, blob]) => [...utf8.encode(`100644 ${name}\0`), ...fromHex(blob)]))
}

/** The author and committer of every commit. */
export const WHO = 'XMachines <noreply@xmachines.invalid>'

/** What a commit is made of. Dates are whole seconds since the epoch. */
export interface CommitContent {
  readonly tree: string
  readonly parent?: string | undefined
  readonly authored: number
  readonly committed: number
  readonly message: string
}

/** The content of a commit, as text. */
export function commitText({ tree, parent, authored, committed, message }: CommitContent): string {
  const parents = parent === undefined ? '' : `parent ${parent}\n`
  return `tree ${tree}\n${parents}author ${WHO} ${authored} +0000\ncommitter ${WHO} ${committed} +0000\n\n${message}`
}
