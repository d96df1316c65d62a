// A restored history, beside hashing alone of the bytes that its oids name.

import { sha1 } from '@noble/hashes/legacy.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { createRun, type ObjectFormat, type RestoreOptions, type RunDocument, restoreRun } from '@xmachines/core'

import { longTurns, type Side } from './harness.ts'
import { type CountEvent, counter } from './machine.ts'

const EVENTS = 10_000

/** What Git hashes of a commit: its header, `commit LENGTH` and a zero byte, and its content. */
const COMMIT_BYTES = 255

/** The restoration of one history, and the hashing of the same bytes. */
export interface Restoration {
  readonly ours: Side
  /** With the platform's own SHA-1, if it was given. */
  readonly native: Side | undefined
  readonly noble: Side
}

/**
 * Makes a history whose batches are commits of 255 bytes.
 * @param nativeFormat the platform's own SHA-1
 * @throws {Error} if a commit has another length, or its digest is not an oid of the history
 */
export function restoration(nativeFormat?: ObjectFormat): Restoration {
  // Core hashes through this function alone, so it sees the very commits.
  const hashed: Uint8Array[] = []
  const hash = (bytes: Uint8Array): Uint8Array => {
    hashed.push(bytes.slice())
    return sha1(bytes)
  }
  const run = createRun(counter, {
    createdAt: 1_700_000_000,
    nonce: new Uint8Array(16),
    format: { name: 'sha1', hash },
  })
  for (let index = 0; index < EVENTS; index++) run.in.send({ type: 'INC', by: 1 })
  const document = JSON.parse(JSON.stringify(run)) as RunDocument<CountEvent>
  return {
    ours: restored('restoreRun', document),
    native: nativeFormat && restored("restoreRun with Node's SHA-1", document, { format: nativeFormat }),
    noble: hashedAlone(commitsOf(document, hashed), document.head),
  }
}

function commitsOf({ records }: RunDocument<CountEvent>, hashed: readonly Uint8Array[]): Uint8Array[] {
  const oids = new Set(records.slice(1).map(({ oid }) => oid))
  const commits = hashed.filter((bytes) => oids.has(bytesToHex(sha1(bytes))))
  if (commits.length !== EVENTS) throw new Error(`${commits.length} of ${EVENTS} commits were hashed`)
  for (const { length } of commits) {
    if (length !== COMMIT_BYTES) throw new Error(`a commit has ${length} bytes, and should have ${COMMIT_BYTES}`)
  }
  return commits
}

function restored(name: string, { records, head }: RunDocument<CountEvent>, options?: RestoreOptions): Side {
  return longTurns(name, EVENTS, () => () => {
    const run = restoreRun(counter, records, options)
    return run.head === head ? run.snapshot.current.state.count : 0
  })
}

function hashedAlone(commits: readonly Uint8Array[], head: string): Side {
  return longTurns('bare noble SHA-1', EVENTS, () => () => {
    let digest = new Uint8Array()
    for (const commit of commits) digest = sha1(commit)
    return bytesToHex(digest) === head ? commits.length : 0
  })
}
