// Commits and trees, decoded from the bytes that Git stores. Knows the layout that core writes, and no meaning of it.

import { type FormatName, hexOf, widthOf } from './object-id.ts'
import { corrupt, type ReadObject } from './object-stream.ts'

/** A decoded commit. */
export interface Commit {
  readonly tree: string
  readonly parent: string | undefined
  /** The author date, in seconds since the epoch: when the run was created. */
  readonly createdAt: number
  /** The sequence of a batch: its committer date less its author date. */
  readonly sequence: number
  readonly message: string
}

const LAYOUT =
  /^tree ([0-9a-f]+)\n(?:parent ([0-9a-f]+)\n)?author [^\n]*> (\d{1,15}) \+0000\ncommitter [^\n]*> (\d{1,15}) \+0000\n\n/

/** Decodes a commit; undefined if it does not have the layout that core writes. */
export function decodeCommit({ type, content }: ReadObject): Commit | undefined {
  if (type !== 'commit') return undefined
  const text = content.toString()
  const found = LAYOUT.exec(text)
  if (found === null) return undefined
  const [header, tree = '', parent, authored, committed] = found
  const createdAt = Number(authored)
  return { tree, parent, createdAt, sequence: Number(committed) - createdAt, message: text.slice(header.length) }
}

/**
 * Decodes a tree: the oids of its files, by name.
 * @throws {GitError} `OBJECT_CORRUPT` if it is not a tree
 */
export function decodeTree({ oid, type, content }: ReadObject, format: FormatName): Map<string, string> {
  const files = new Map<string, string>()
  const width = widthOf(format)
  if (type !== 'tree') throw corrupt(oid, `it is a ${type}, not a tree`)
  for (let at = 0; at < content.length; ) {
    const end = content.indexOf(0, at)
    if (end === -1 || end + width >= content.length) throw corrupt(oid, 'it is cut short, as no tree is')
    files.set(
      content.toString('utf8', content.indexOf(32, at) + 1, end),
      hexOf(content.subarray(end + 1, end + 1 + width)),
    )
    at = end + 1 + width
  }
  return files
}
