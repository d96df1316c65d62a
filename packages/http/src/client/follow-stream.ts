// Reads a stream of server-sent events, and opens it again whenever it ends, until nobody wants it.

import { pause, within } from './attempts.ts'
import { ConnectionError, mayPass } from './connection-error.ts'
import { unreachable } from './requests.ts'
import { type ServerSentEvent, serverSentEvents } from './server-sent-events.ts'
import { onWake } from './wake.ts'

/** What is followed, and what happens to it. */
export interface FollowPlan {
  readonly url: string
  /** Requests the stream. */
  open(signal: AbortSignal): Promise<Response>
  onEvent(event: ServerSentEvent): void
  /** The stream has begun, or ended: by an error that may pass, if there is one. It is opened again. */
  onState(isLive: boolean, error?: ConnectionError): void
  /** It ended for good. */
  fail(error: Error): void
}

/** Milliseconds without a sign of life after which a stream is not trusted when the page wakes. */
const DOUBTFUL = 20_000

/**
 * Follows a stream.
 * @param wanted aborts when nobody wants it, or nothing follows
 */
export async function followStream(
  wanted: AbortSignal,
  { url, open, onEvent, onState, fail }: FollowPlan,
): Promise<void> {
  /** When there was a sign of life. Infinite while no stream is open. */
  let lastByte = Number.POSITIVE_INFINITY
  let reading: AbortController | undefined
  /** Whether the stream was ended to be opened again at once. */
  let isDoubtful = false
  const forget = onWake(() => {
    isDoubtful = performance.now() - lastByte > DOUBTFUL
    if (isDoubtful) reading?.abort()
  })
  await Promise.resolve()
  for (let failures = 0; !wanted.aborted; ) {
    let error: ConnectionError | undefined
    try {
      await within(wanted, async (stop, onBytes) => {
        reading = stop
        const { body } = await open(stop.signal)
        if (body === null) throw new ConnectionError('UNEXPECTED', `${url} gave no stream`, { status: 502 })
        lastByte = performance.now()
        onState(true)
        try {
          const events = serverSentEvents(body, stop.signal, () => {
            failures = 0
            lastByte = performance.now()
            onBytes()
          })
          for await (const event of events) onEvent(event)
        } catch (cause) {
          throw unreachable(url, cause)
        }
      })
      // A server ends a stream from time to time, so that its reader is authorized again.
    } catch (thrown) {
      if (wanted.aborted) break
      error = asConnectionError(thrown, url)
      if (error === undefined || !mayPass(error)) {
        fail(thrown as Error)
        break
      }
    }
    failures += 1
    lastByte = Number.POSITIVE_INFINITY
    if (wanted.aborted) break
    onState(false, error)
    if (!isDoubtful) await pause(wanted, failures, error?.retryAfter)
    isDoubtful = false
  }
  forget()
}

/** The error of a request; undefined if it is one of something else. */
export function asConnectionError(thrown: unknown, url: string): ConnectionError | undefined {
  if (thrown instanceof ConnectionError) return thrown
  const { name } = thrown as Error
  return name === 'AbortError' ? unreachable(url, thrown) : undefined
}
