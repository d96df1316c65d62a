// The commit of a batch, decoded: the counterpart of core's encoder. Every byte up to the message must be the one that
// core writes for this place in the history.

import { isUtf8 } from 'node:buffer'
import type { BatchRecord, RunEvent } from '@xmachines/core'
import { batchHeader, readBatchMessage } from '../core-internals.ts'
import { GitError } from '../git-error.ts'
import type { FormatName } from './object-id.ts'
import { widthOf } from './object-id.ts'
import { corrupt, type ReadObject } from './object-stream.ts'
import { checkValues } from './stored-json.ts'

/** What all batches of a run have in common. */
export interface BatchCommon {
  /** The id of the run. */
  readonly run: string
  /** The tree of its genesis. */
  readonly tree: string
  /** Seconds since the epoch. */
  readonly createdAt: number
}

/** A commit of a run, by oid and sequence. */
export interface CommitPoint {
  readonly oid: string
  readonly sequence: number
}

/**
 * Decodes the batch that follows a commit.
 * @throws {GitError} `OBJECT_CORRUPT` if it is not that batch
 */
export type BatchDecoder = (object: ReadObject, previous: CommitPoint) => BatchRecord<RunEvent>

/**
 * A decoder of the batches of one run. The message must be the text that core writes: whoever may write into the repository
 * may have put any other commit there.
 */
export function batchDecoder({ run, tree, createdAt }: BatchCommon): BatchDecoder {
  const [before, middle] = batchHeader(tree, createdAt)
  return ({ oid, type, content, fault }, previous) => {
    const sequence = previous.sequence + 1
    if (fault !== undefined) throw new GitError(fault.code, fault.message, { run, sequence })
    if (type !== 'commit') throw corrupt(oid, `it is ${type}, and batch ${sequence} is a commit`, { run, sequence })
    const header = `${before}${previous.oid}${middle}${createdAt + sequence} +0000\n\n`
    if (content.toString('latin1', 0, header.length) !== header) {
      throw corrupt(oid, `it is not batch ${sequence} of its run`, { run, sequence })
    }
    try {
      return { oid, parent: previous.oid, events: eventsOf(content.subarray(header.length)) }
    } catch (thrown) {
      const why = (thrown as Error).message
      throw corrupt(oid, `batch ${sequence} is not one event per line: ${why}`, { run, sequence })
    }
  }
}

/** The oid of a batch's parent, without decoding the rest; some other text if the object is not a batch. */
export function parentOfBatch({ content }: ReadObject, format: FormatName): string {
  const width = 2 * widthOf(format)
  const at = 'tree \nparent '.length + width
  return content.toString('latin1', at, at + width)
}

function eventsOf(message: Buffer): readonly RunEvent[] {
  if (!isUtf8(message)) throw new Error('it is not UTF-8')
  checkValues(message)
  return readBatchMessage(message.toString())
}
