// Reads server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) from the body of an answer. The
// platform's own `EventSource` sends no headers, and not every platform has one.

/** A server-sent event. */
export interface ServerSentEvent {
  readonly event: string
  readonly data: string
  /** Where to continue. */
  readonly id: string | undefined
}

/**
 * The events of a body, in order. Comments, which are signs of life, are left out.
 * @param signal stops the reading
 * @param onBytes called with every sign of life
 */
export async function* serverSentEvents(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  onBytes: () => void,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  const cancel = (): void => void reader.cancel().catch(() => undefined)
  signal.addEventListener('abort', cancel)
  try {
    let text = ''
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      onBytes()
      text += decoder.decode(read.value, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const found = parse(block)
        if (found !== undefined) yield found
      }
    }
  } finally {
    signal.removeEventListener('abort', cancel)
    cancel()
  }
}

function parse(block: string): ServerSentEvent | undefined {
  let event = 'message'
  let id: string | undefined
  const data: string[] = []
  for (const line of block.split('\n')) {
    const [, field, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? []
    if (field === 'event') event = value
    else if (field === 'id') id = value
    else if (field === 'data') data.push(value)
  }
  return data.length === 0 ? undefined : { event, data: data.join('\n'), id }
}
