/**
 * A disk that may lose power, fed with the calls of a trace. What was not synced may be lost: the data of a file, and
 * independently each change of the names in a folder. A rename is atomic, and a file has the mode that it was made
 * with. That is less than any file system of today keeps, and all that POSIX promises.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import type { Call } from './system-calls.ts'

interface FileNode {
  readonly kind: 'file'
  readonly mode: number
  bytes: Buffer
  /** What is surely on disk. */
  synced: Buffer
}

/** Changes of names in a folder; undefined removes a name. */
type Change = ReadonlyMap<string, Node | undefined>

interface FolderNode {
  readonly kind: 'folder'
  readonly names: Map<string, Node>
  /** The names that are surely on disk, and their changes since. */
  synced: ReadonlyMap<string, Node>
  changes: Change[]
}

type Node = FileNode | FolderNode

/** What a disk holds: each file by its path, and undefined for each folder. */
export type Image = ReadonlyMap<string, { readonly bytes: Buffer; readonly mode: number } | undefined>

/** Decides what is kept although it was not synced, for each change of names and each file. */
export interface Kept {
  change(): boolean
  data(): boolean
}

/** A disk that may lose power. */
export interface SimulatedDisk {
  apply(call: Call): void
  /** What it holds when the power comes back. */
  image(kept: Kept): Image
}

const NOTHING = Buffer.alloc(0)

/** A disk that surely holds what is below a folder now. */
export function simulatedDisk(root: string): SimulatedDisk {
  const top = readFolder(root)

  function find(path: string): Node | undefined {
    let at: Node | undefined = top
    for (const name of relative(root, path).split('/')) {
      if (name !== '') at = at?.kind === 'folder' ? at.names.get(name) : undefined
    }
    return at
  }

  function folderOf(path: string): FolderNode {
    const folder = find(dirname(path))
    if (folder?.kind !== 'folder') throw new Error(`there is no folder for ${path}`)
    return folder
  }

  function fileAt(path: string): FileNode {
    const file = find(path)
    if (file?.kind !== 'file') throw new Error(`there is no file ${path}`)
    return file
  }

  function change(folder: FolderNode, ...changes: readonly (readonly [string, Node | undefined])[]): void {
    folder.changes.push(new Map(changes))
    for (const [name, node] of changes) {
      if (node === undefined) folder.names.delete(name)
      else folder.names.set(name, node)
    }
  }

  function put(path: string, node: Node): void {
    change(folderOf(path), [basename(path), node])
  }

  return {
    apply({ kind, path, to, bytes, truncates, mode }) {
      switch (kind) {
        case 'create':
          if (find(path) === undefined) put(path, file(NOTHING, mode))
          else if (truncates) fileAt(path).bytes = NOTHING
          break
        case 'write': {
          const written = fileAt(path)
          written.bytes = Buffer.concat([written.bytes, bytes])
          break
        }
        case 'sync': {
          const node = find(path)
          if (node?.kind === 'file') node.synced = node.bytes
          if (node?.kind === 'folder') {
            node.synced = new Map(node.names)
            node.changes = []
          }
          break
        }
        case 'rename': {
          if (dirname(path) !== dirname(to)) throw new Error(`${path} was renamed into another folder`)
          change(folderOf(path), [basename(path), undefined], [basename(to), find(path)])
          break
        }
        case 'remove':
          change(folderOf(path), [basename(path), undefined])
          break
        case 'make folder':
          if (find(path) === undefined) put(path, folder(new Map()))
          break
        case 'link':
          put(to, fileAt(path))
          break
        case 'symlink':
          // Git makes one to find out whether it can, and removes it.
          put(to, file(NOTHING, 0o777))
          break
        case 'tell':
          break
        case 'other':
          throw new Error(`what became of ${path} is not known`)
      }
    },
    image(kept) {
      const held = new Map<string, { readonly bytes: Buffer; readonly mode: number } | undefined>()
      const visit = (node: Node, path: string): void => {
        if (node.kind === 'file') {
          const { bytes, synced, mode } = node
          held.set(path, { bytes: bytes === synced || kept.data() ? bytes : synced, mode })
          return
        }
        if (path !== '') held.set(path, undefined)
        const names = new Map<string, Node | undefined>(node.synced)
        for (const one of node.changes) if (kept.change()) for (const [name, to] of one) names.set(name, to)
        for (const [name, one] of names) if (one !== undefined) visit(one, join(path, name))
      }
      visit(top, '')
      return held
    },
  }
}

function file(bytes: Buffer, mode: number): FileNode {
  return { kind: 'file', mode, bytes, synced: bytes }
}

function folder(names: Map<string, Node>): FolderNode {
  return { kind: 'folder', names, synced: new Map(names), changes: [] }
}

function readFolder(path: string): FolderNode {
  const names = readdirSync(path).map((name): [string, Node] => {
    const below = join(path, name)
    const found = statSync(below)
    return [name, found.isDirectory() ? readFolder(below) : file(readFileSync(below), found.mode & 0o777)]
  })
  return folder(new Map(names))
}
