/** Reads the frames of streams, for tests. */

/** A server-sent event, with its data parsed. */
export interface SseEvent {
  readonly event: string
  readonly id: string | undefined
  // What it is depends on the event, and tests compare it.
  readonly data: any
}

export interface Frames<Frame> {
  /** The next, or undefined at the end. */
  next(): Promise<Frame | undefined>
  cancel(): Promise<void>
}

/** The chunks of a stream as text: the handler writes one for each frame. */
export function frames(response: Response): Frames<string> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  return {
    async next() {
      const { done, value } = await reader.read()
      return done ? undefined : decoder.decode(value, { stream: true })
    },
    cancel: () => reader.cancel(),
  }
}

/** The events of a stream, without its signs of life. */
export function sseEvents(response: Response): Frames<SseEvent> {
  const chunks = frames(response)
  let text = ''
  return {
    async next() {
      for (;;) {
        const end = text.indexOf('\n\n')
        if (end >= 0) {
          const found = parse(text.slice(0, end))
          text = text.slice(end + 2)
          if (found !== undefined) return found
          continue
        }
        const chunk = await chunks.next()
        if (chunk === undefined) return undefined
        text += chunk
      }
    },
    cancel: chunks.cancel,
  }
}

function parse(frame: string): SseEvent | undefined {
  const fields = frame.split('\n').map((line) => line.split(/: ?(.*)/s) as [string, string])
  const all = (name: string) => fields.filter(([key]) => key === name).map(([, value]) => value)
  if (all('data').length === 0) return undefined
  return { event: all('event')[0] ?? 'message', id: all('id')[0], data: JSON.parse(all('data').join('\n')) }
}
