// A crowd as a stream of visitors: one for each tick, as long as the stream is read.

import type { Ticker } from '../parts/ticker.ts'
import type { StadiumEvent } from './stadium.ts'

/** Listeners for the progress of a crowd. */
interface CrowdListeners {
  /** A visitor has come. */
  readonly onVisitor: () => void
  /** The pipe asks for the next visitor, so the previous one was applied or refused. */
  readonly onNext: () => void
}

/** A stream of visitors to pipe into `in`. It ends when the pipe is aborted. */
export function crowd(ticker: Ticker, { onVisitor, onNext }: CrowdListeners): ReadableStream<StadiumEvent> {
  let stop = (): void => undefined
  let visitors = 0
  return new ReadableStream<StadiumEvent>(
    {
      pull(controller) {
        if (visitors > 0) onNext()
        return new Promise<void>((resolve) => {
          stop = ticker(() => {
            stop()
            visitors++
            onVisitor()
            controller.enqueue({ type: 'ENTER', gate: 'stream' })
            resolve()
          })
        })
      },
      cancel() {
        stop()
      },
    },
    // No visitor comes before the pipe asks for one.
    { highWaterMark: 0 },
  )
}
