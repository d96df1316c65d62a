// A crowd as a stream: one visitor for each tick, as long as somebody pulls.

import type { Ticker } from '../parts/ticker.ts'
import type { StadiumEvent } from './stadium.ts'

/** What a crowd tells of itself. */
interface CrowdListeners {
  /** A visitor is on the way. */
  readonly onVisitor: () => void
  /** The next one is asked for, so the one before has come through. */
  readonly onNext: () => void
}

/** A stream of visitors, to be piped into `in`. It ends when its pipe is aborted. */
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
    // Nobody is called before somebody pulls.
    { highWaterMark: 0 },
  )
}
