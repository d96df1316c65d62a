// Frames: how items travel in a stream. NDJSON has one JSON value a line, and an empty line as a heartbeat. Server-sent events
// have a comment as a heartbeat.

/** The names of server-sent events. */
export const SSE_EVENTS = {
  /** A snapshot; its id is an offset. */
  snapshot: 'snapshot',
  /** Nothing will follow: the run is done or ended fatally. A client must not connect again. */
  end: 'end',
  /** Records of a history, as a JSON array (Durable Streams). */
  data: 'data',
  /** Where to read on: `{ streamNextOffset, streamCursor?, upToDate?, streamClosed? }` (Durable Streams). */
  control: 'control',
} as const

/** A server-sent event. */
export interface SseFrame {
  readonly event: string
  readonly data: unknown
  readonly id?: string
}

/** The text of a server-sent event. JSON has no line end in it, so its data is one line. */
export function sseFrame({ event, data, id }: SseFrame): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata:${JSON.stringify(data)}\n\n`
}

/** The text of a line of NDJSON. */
export function ndjsonFrame(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}

export const SSE_HEARTBEAT = ': \n\n'
export const NDJSON_HEARTBEAT = '\n'
