// The genesis of a run, decoded. It is compared with the bytes that core writes for it, so that nothing else passes for
// a run.

import type { GenesisRecord } from '@xmachines/core'
import { genesisObjects, openOutsideHistory } from '../core-internals.ts'
import { isMachineName, type MachineName } from '../machines.ts'
import { decodeCommit, decodeTree } from './commit.ts'
import { objectFormat } from './object-id.ts'
import { type ObjectSource, readNeeded } from './object-reader.ts'
import { corrupt, type ReadObject } from './object-stream.ts'
import { parseStored } from './stored-json.ts'

/** A decoded genesis. */
export interface Genesis {
  readonly record: GenesisRecord
  /** The oid of its tree, and the oids of the files in it, by name. */
  readonly tree: string
  readonly files: ReadonlyMap<string, string>
  /** The initial state of the run. */
  readonly initial: unknown
}

const MESSAGE = /^run ([^@\n]+)@([^\n]+)\n\nNonce: ([0-9a-f]{32})\n(?:Forked-From: ([0-9a-f]+)\n)?$/

/** What the message of a genesis says. */
interface GenesisMessage extends MachineName {
  readonly nonce: string
  /** The oid of the commit that the run was forked from, if it was. */
  readonly forkedFrom: string | undefined
}

/** What the message of a genesis says; undefined if the object is not a genesis. */
export function decodeGenesisMessage(object: ReadObject): GenesisMessage | undefined {
  const message = decodeCommit(object)?.message ?? ''
  const [, name, version, nonce, forkedFrom] = MESSAGE.exec(message) ?? []
  if (name === undefined || version === undefined || nonce === undefined || !isMachineName(name, version))
    return undefined
  // The run was forked from a commit of its own object format.
  if (forkedFrom !== undefined && forkedFrom.length !== object.oid.length) return undefined
  return { name, version, nonce, forkedFrom }
}

/**
 * Reads the genesis of a run.
 * @throws {GitError} `OBJECT_CORRUPT` if it is missing, or differs by a byte from what core writes
 */
export async function readGenesis(source: ObjectSource, id: string): Promise<Genesis> {
  return await decodeGenesis(source, await readNeeded(source, id, { run: id, sequence: 0 }))
}

/** Decodes a genesis whose commit was read, and reads what it names. */
export async function decodeGenesis(source: ObjectSource, object: ReadObject): Promise<Genesis> {
  const run = object.oid
  const where = { run, sequence: 0 }
  const commit = decodeCommit(object)
  const message = decodeGenesisMessage(object)
  if (commit === undefined || message === undefined) throw corrupt(run, 'it is not the genesis of a run', where)
  const files = decodeTree(await readNeeded(source, commit.tree, where), source.format)
  const valueOf = async (file: string): Promise<unknown> => {
    const oid = files.get(file)
    if (oid === undefined) return undefined
    const { content } = await readNeeded(source, oid, where)
    try {
      return parseStored(content, file)
    } catch (thrown) {
      throw corrupt(oid, `${file} of the genesis is not plain data: ${(thrown as Error).message}`, where)
    }
  }
  const { name, version, nonce, forkedFrom } = message
  const { createdAt, tree } = commit
  const [input, initial] = [await valueOf('input.json'), await valueOf('initial.json')]
  if (initial === undefined) throw corrupt(run, 'its tree has no initial.json', where)
  const encoded = genesisObjects(objectFormat(source.format), {
    machine: { name, version },
    createdAt,
    nonce,
    initial,
    input,
    forkedFrom,
  })
  if (encoded.oid !== run) throw corrupt(run, `core writes this genesis with the oid ${encoded.oid}`, where)
  const record = {
    oid: run,
    format: source.format,
    machine: { name, version, oid: encoded.machine },
    createdAt,
    nonce,
    ...(input !== undefined && { input }),
    ...(forkedFrom !== undefined && { forkedFrom }),
  }
  try {
    // The same bytes can hold what core does not take, such as a time that is out of range.
    return { record: openOutsideHistory([record]).genesis, tree, files, initial }
  } catch (thrown) {
    throw corrupt(run, `core does not take its record: ${(thrown as Error).message}`, where)
  }
}
