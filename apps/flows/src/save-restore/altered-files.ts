// Files to try to restore: altered files of the run, and files that do not contain a run of this machine.

import { createRun, type Run, type RunDocument } from '@xmachines/core'

import { door } from '../door/door.ts'
import { type PackingEvent, packingList, type Thing } from './packing-list.ts'
import { fileNameOf, fileOf } from './run-file.ts'

type PackingRun = Run<readonly Thing[], PackingEvent>

/** The file of the run with one event in the middle changed, or with its genesis changed if it has no events. */
export function tamperedFile(run: PackingRun): File {
  const document = run.toJSON()
  const tampered = Math.ceil(document.sequence / 2)
  const records = document.records.map((record, sequence) => {
    if (sequence !== tampered) return record
    if (!('parent' in record)) return { ...record, createdAt: record.createdAt + 1 }
    return { ...record, events: record.events.map((event) => ({ ...event, name: `${event.name} of gold` })) }
  })
  return altered(run, 'tampered', { ...document, records })
}

/** The file of the run without its last record. */
export function cutFile(run: PackingRun): File {
  const document = run.toJSON()
  return altered(run, 'cut', { ...document, records: document.records.slice(0, -1) })
}

/** A file with other events and matching oids: it is consistent, but not what happened. */
export function forgedFile(run: PackingRun): File {
  const { createdAt, nonce } = run.genesis
  const forged = createRun(packingList, { createdAt, nonce: bytesOf(nonce) })
  forged.in.send({ type: 'ADD', name: `${run.snapshot.current.sequence + 1} bars of gold` })
  return altered(run, 'forged', forged.toJSON())
}

/** A file of a run of another machine. */
export function doorFile(): File {
  const run = createRun(door)
  run.in.send({ type: 'OPEN' })
  return fileOf(run)
}

/** A file that is not JSON. */
export function diaryFile(): File {
  return new File(['Dear diary, today I packed my passport.'], 'diary.txt', { type: 'text/plain' })
}

function altered(run: PackingRun, how: string, document: RunDocument<PackingEvent>): File {
  return new File([JSON.stringify(document)], fileNameOf(run).replace('.run.json', `-${how}.run.json`), {
    type: 'application/json',
  })
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  )
}
