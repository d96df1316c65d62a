// The runs of a machine as server-sent events: all that there are, and then each that appears, moves or leaves. The latest of each run
// wins: a slow reader skips what came in between, so a stream holds no more than the ids that its reader has.

import type { ListChange, RunList } from '../../host/run-list.ts'
import type { RunFilter, RunOfMachine } from '../../host/run-pages.ts'
import { SSE_HEARTBEAT, sseFrame } from '../../wire/frames.ts'
import { LIST_EVENTS, type RunEntry } from '../../wire/run-entry.ts'
import { type Following, followedStream, type Piece } from './followed-stream.ts'

/** What a reader gets. */
export interface ListReader extends RunFilter {
  /** Whether it may see a run: asked once for each run while the stream is open. Undefined if it may see all. */
  readonly may: ((run: RunOfMachine) => Promise<boolean>) | undefined
  /** The id of the last event that it has. */
  readonly known: string
}

const encoder = new TextEncoder()
const heartbeat = encoder.encode(SSE_HEARTBEAT)
/** Frames of runs, made once for all who get them. */
const frames = new WeakMap<RunEntry, Uint8Array>()
// The id is reset, so that a reader whose stream breaks off before the end begins again.
const begin = encoder.encode(`id: \n${sseFrame({ event: LIST_EVENTS.begin, data: {} })}`)

/** A stream of the runs in a list. */
export function listStream(following: Following<RunList>, reader: ListReader): ReadableStream<Uint8Array> {
  const { subject: list, limits } = following
  const seen = versionIn(list, reader.known)
  /** Which runs the reader may see, as far as it was asked. */
  const allowed = new Map<string, boolean>()
  /** The runs that the reader has. After a break it may have others as well. */
  const given = new Set<string>()
  let version = seen ?? 0
  let hasBegun = seen !== undefined
  /** Whether the reader knows that it has all there is. */
  let isTold = false

  async function maySee({ id, machine }: ListChange): Promise<boolean> {
    if (reader.may === undefined) return true
    const found = allowed.get(id) ?? (await reader.may({ id, machine }))
    allowed.set(id, found)
    return found
  }

  /** What the reader gets of a change. */
  async function frameOf(change: ListChange): Promise<Uint8Array | undefined> {
    const { id, entry } = change
    const isIn = entry !== undefined && (reader.at === undefined || entry.at === reader.at)
    if (!isOf(change, reader.machine)) return undefined
    if (!isIn && !given.delete(id) && seen === undefined) return undefined
    if (!(await maySee(change))) return undefined
    if (!isIn) return encoder.encode(sseFrame({ event: LIST_EVENTS.gone, data: { id } }))
    given.add(id)
    return runFrame(entry)
  }

  return followedStream(following, {
    heartbeat,
    async next(): Promise<Piece | undefined> {
      const parts: Uint8Array[] = []
      if (!hasBegun) parts.push(begin)
      hasBegun = true
      let isAll = false
      while (!isAll && parts.length < limits.runs) {
        const changes = list.changes(version, limits.runs)
        isAll = changes.length < limits.runs
        for (const change of changes) {
          const frame = await frameOf(change)
          if (frame !== undefined) parts.push(frame)
          version = change.version
        }
      }
      if (isAll && parts.length === 0 && isTold) return undefined
      if (isAll) parts.push(endFrame(list, version))
      isTold = isAll
      return { bytes: joined(parts) }
    },
  })
}

/** Whether a run is one of a machine: `NAME` or `NAME@VERSION`. */
function isOf({ machine }: RunOfMachine, wanted: string): boolean {
  return machine === wanted || machine.startsWith(`${wanted}@`)
}

/** The version that an id names, if it is one of this list. */
function versionIn(list: RunList, known: string): number | undefined {
  const [name, digits = ''] = known.split('-')
  const version = Number(digits)
  return name === list.name && /^\d{1,15}$/.test(digits) && version <= list.version ? version : undefined
}

function runFrame(entry: RunEntry): Uint8Array {
  let bytes = frames.get(entry)
  if (bytes === undefined) {
    bytes = encoder.encode(sseFrame({ event: LIST_EVENTS.run, data: entry }))
    frames.set(entry, bytes)
  }
  return bytes
}

function endFrame({ name }: RunList, version: number): Uint8Array {
  return encoder.encode(sseFrame({ id: `${name}-${version}`, event: LIST_EVENTS.complete, data: {} }))
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts
  if (first !== undefined && parts.length === 1) return first
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}
