// How one follower waits for records. It listens from its first wait to its end, also between two waits, so that it need not
// look into the database before each of them.

import type { Followed } from '@xmachines/core/store'
import type { Changes } from './changes.ts'

/** Milliseconds after which a follower looks without having been notified: a tab that was frozen hears nothing. */
const LOOK_AGAIN = 1000

/**
 * Waits on behalf of one follower of one run.
 * @param latestOf looks where the run ends
 */
export function waitFor({ listen }: Changes, latestOf: (id: string) => Promise<number>): Followed['wait'] {
  let isListening = false
  /** The latest sequence that it heard of or saw. */
  let latest = -1
  /** What it waited for last. */
  let asked = -1
  let check = (): void => undefined

  function start(id: string, signal: AbortSignal): void {
    isListening = true
    const stop = listen(id, hear)
    signal.addEventListener(
      'abort',
      () => {
        stop()
        check()
      },
      { once: true },
    )
  }

  function hear(sequence: number): void {
    latest = Math.max(latest, sequence)
    check()
  }

  return async (id, sequence, signal) => {
    if (signal.aborted) return
    // At first it may have missed something. If it waits for the same record again, it heard of one that is not there.
    const isSure = isListening && sequence > asked
    asked = sequence
    if (!isListening) start(id, signal)
    else if (!isSure) latest = -1
    if (latest >= sequence) return
    await new Promise<void>((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined
      let isOver = false
      check = () => {
        if (latest >= sequence || signal.aborted) end(resolve)
      }
      if (isSure) timer = setTimeout(look, LOOK_AGAIN)
      else void look()

      async function look(): Promise<void> {
        try {
          hear(await latestOf(id))
          if (!isOver) timer = setTimeout(look, LOOK_AGAIN)
        } catch (thrown) {
          end(() => reject(thrown))
        }
      }

      function end(settle: () => void): void {
        isOver = true
        clearTimeout(timer)
        check = () => undefined
        settle()
      }
    })
  }
}
