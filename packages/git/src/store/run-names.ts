// Names of runs: one ref for each, which points to a blob that says whose name it is.

import { randomBytes } from 'node:crypto'
import type { RunStore } from '@xmachines/core/store'
import { gitObject } from '../core-internals.ts'
import { noOid, objectFormat } from '../objects/object-id.ts'
import { corrupt } from '../objects/object-stream.ts'
import { type MoveFailure, RefMismatch } from '../refs/ref-moves.ts'
import { nameRef } from '../refs/ref-names.ts'
import { syncRefs } from '../refs/ref-sync.ts'
import { writePortion } from '../write/write-portion.ts'
import type { GitStoreParts } from './git-store.ts'
import { lostName } from './store-failure.ts'

/** The names of the runs of a repository. */
export function runNames({ context, writer }: GitStoreParts): Pick<RunStore, 'name' | 'rename'> {
  const { directory, format, gitDirectory } = context

  async function find(key: string): Promise<{ readonly id: string | undefined; readonly oid: string | undefined }> {
    const ref = nameRef(key)
    const object = await context.read(ref)
    if (object === undefined) return { id: undefined, oid: undefined }
    const id = object.type === 'blob' ? idIn(object.content.toString()) : undefined
    if (id === undefined) throw corrupt(object.oid, `${ref} points to it, and it names no run; delete that ref`)
    return { id, oid: object.oid }
  }

  async function give(key: string, id: string, from: string | undefined): Promise<MoveFailure> {
    // Two who give one name must never write the same blob: then a ref that points to it would not say who moved it.
    const text = JSON.stringify({ name: key, run: id, by: randomBytes(16).toString('hex') })
    const blob = gitObject(objectFormat(format), 'blob', `${text}\n`)
    return await writePortion(writer, {
      move: { ref: nameRef(key), from, to: blob.oid },
      fill: (pack) => pack.addShared(blob.oid, blob.bytes),
    })
  }

  async function giveUp(key: string, from: string | undefined): Promise<MoveFailure> {
    if (from === undefined) return undefined
    const ref = nameRef(key)
    const [failure] = await context.mover.move([{ ref, from, to: noOid(format) }])
    await syncRefs(gitDirectory, [ref])
    return failure
  }

  return {
    name: async (key) => (await find(key)).id,
    async rename(key, expectedId, id) {
      const { id: current, oid } = await find(key)
      if (current !== expectedId) return false
      const failure = id === undefined ? await giveUp(key, oid) : await give(key, id, oid)
      if (failure === undefined) return true
      if (!(failure instanceof RefMismatch)) throw failure
      if (failure.unanswered) throw lostName(key, directory)
      return false
    },
  }
}

function idIn(text: string): string | undefined {
  try {
    const { run } = JSON.parse(text) as Record<string, unknown>
    return typeof run === 'string' ? run : undefined
  } catch {
    return undefined
  }
}
