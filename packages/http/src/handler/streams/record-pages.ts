// Records of a run as text, a page at a time. The latest pages are kept, so that many who follow a run share them.

import type { HeldRun } from '../../host/host.ts'
import { encodeOffset } from '../../wire/offset.ts'
import type { Limits } from '../limits.ts'

/** Consecutive records. */
export interface RecordPage {
  /** Each record as JSON. */
  readonly items: readonly string[]
  /** The sequence of the last, or of the one before it if there is none. */
  readonly last: number
  /** Where to read on: the offset after the last. */
  readonly offset: string
}

/** Reads pages. */
export interface RecordPages {
  /** The records of a run from a sequence on, as many as one answer has; undefined if there are none yet. */
  read(run: HeldRun, from: number): Promise<RecordPage | undefined>
}

/** How many pages are kept. */
const MOST_PAGES = 128

/** Pages within limits. */
export function recordPages({ records, recordBytes }: Pick<Limits, 'records' | 'recordBytes'>): RecordPages {
  const pages = new Map<string, Promise<RecordPage | undefined>>()

  async function read(run: HeldRun, from: number): Promise<RecordPage | undefined> {
    const found = await run.records(from, records)
    const items: string[] = []
    let bytes = 0
    let oid = ''
    for (const record of found) {
      if (bytes >= recordBytes) break
      const text = JSON.stringify(record)
      items.push(text)
      bytes += text.length
      oid = record.oid
    }
    if (items.length === 0) return undefined
    const last = from + items.length - 1
    return { items, last, offset: encodeOffset({ sequence: last, oid }) }
  }

  return {
    read(run, from) {
      const { head, sequence } = run.latest
      if (from > sequence) return Promise.resolve(undefined)
      // A page depends on where the history ends. Equal heads mean equal histories.
      const key = `${head}/${from}`
      let page = pages.get(key)
      if (page === undefined) {
        page = read(run, from)
        page.catch(() => pages.delete(key))
        pages.set(key, page)
        if (pages.size > MOST_PAGES) pages.delete(pages.keys().next().value as string)
      }
      return page
    },
  }
}
