// The last step of a batch: readers that wait are woken, sets of ports learn that the run ended, subscribers are notified.

import type { Log, Via } from './log.ts'

/** Announces a change of a log. */
export function publish(log: Log, via: Via): void {
  wakeReaders(log)
  if (log.end !== undefined) for (const set of log.sets) set.deref()?.runEnded()
  notify(log, via)
}

/** Wakes the readers that wait for the log to move on. */
export function wakeReaders(log: Log): void {
  const { waiting } = log
  log.observed?.()
  if (waiting.length === 0) return
  log.waiting = []
  for (const reader of waiting) reader.wake()
}

/** Makes all waiting writes check again whether there is room. */
export function resumeWriters(log: Log): void {
  for (const set of log.sets) set.deref()?.resume()
}

// A send from inside a listener is applied at once. Its round of notifications follows the one under way.
function notify(log: Log, via: Via): void {
  const { subscriptions } = log
  if (subscriptions === undefined || subscriptions.all.size === 0) return
  const { rounds, all } = subscriptions
  rounds.push(via)
  if (rounds.length > 1) return
  for (; rounds.length > 0; rounds.shift()) {
    const round = ++subscriptions.round
    for (const subscription of all) {
      if (subscription.since >= round) continue
      try {
        subscription.listener(rounds[0] === 'send')
      } catch (thrown) {
        report(thrown)
      }
    }
  }
}

function report(thrown: unknown): void {
  try {
    ;(globalThis.reportError ?? console.error)(thrown)
  } catch {
    // The round of notifications continues, and the batch is committed.
  }
}
