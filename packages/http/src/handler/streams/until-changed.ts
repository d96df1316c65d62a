// Waits until a run has changed: for long polls.

import type { HeldRun, Host } from '../../host/host.ts'
import type { Subscribers } from './subscribers.ts'

/** What is waited for, and for how long. */
export interface Wait {
  readonly run: HeldRun
  readonly host: Host
  readonly subscribers: Subscribers
  readonly signal: AbortSignal
  readonly milliseconds: number
}

/** Resolves when something is true, the time is over, the request is aborted, the run has a successor, or the host closes. */
export function untilChanged(
  { run, host, subscribers, signal, milliseconds }: Wait,
  isTrue: () => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    const remove = subscribers.add({ tick: () => undefined })
    const timer = setTimeout(end, milliseconds)
    const unfollow = run.follow(() => {
      if (isTrue() || host.closing.aborted || run.successor !== undefined) end()
    })
    signal.addEventListener('abort', end)
    if (isTrue() || signal.aborted || host.closing.aborted) end()

    function end(): void {
      clearTimeout(timer)
      remove()
      unfollow()
      signal.removeEventListener('abort', end)
      resolve()
    }
  })
}
