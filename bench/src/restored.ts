// A history restored, beside the bare hashing of the bytes that its oids are of.

import { sha1 } from '@noble/hashes/legacy.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { createRun, type RunDocument, restoreRun } from '@xmachines/core'

import type { Side } from './harness.ts'
import { type CountEvent, counter } from './machine.ts'

const EVENTS = 10_000

/** What Git hashes of a commit: its header, `commit LENGTH` and a zero byte, and its content. */
const COMMIT_BYTES = 255

/**
 * Makes a history whose batches are commits of 255 bytes.
 * @returns its restoration, and the hashing of the same bytes
 * @throws {Error} where the bytes are not 255, or their digests not the oids of the history
 */
export function restoration(): { readonly ours: Side; readonly noble: Side } {
  // All that core hashes passes here, so the commits are those that it makes.
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
  return { ours: restored(document), noble: hashedBare(commitsOf(document, hashed), document.head) }
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

function restored({ records, head }: RunDocument<CountEvent>): Side {
  return {
    name: 'restoreRun',
    events: EVENTS,
    start() {
      let events = 0
      return {
        run(times) {
          for (let turn = 0; turn < times; turn++) {
            const run = restoreRun(counter, records)
            if (run.head === head) events += run.snapshot.current.state.count
          }
        },
        count: () => events,
      }
    },
  }
}

function hashedBare(commits: readonly Uint8Array[], head: string): Side {
  return {
    name: 'bare noble SHA-1',
    events: EVENTS,
    start() {
      let events = 0
      return {
        run(times) {
          for (let turn = 0; turn < times; turn++) {
            let digest = new Uint8Array()
            for (const commit of commits) digest = sha1(commit)
            if (bytesToHex(digest) === head) events += commits.length
          }
        },
        count: () => events,
      }
    },
  }
}
