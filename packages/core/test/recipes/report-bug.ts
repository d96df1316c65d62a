import type { AnyRun } from '@xmachines/core'
import { captureRun } from '@xmachines/core/capture'

/** What a button "Report a problem" sends: all that happened, without what the customer typed. */
export function reportOf(run: AnyRun): string {
  const captured = captureRun(run, {
    redact: [
      // A path: any member of events of one type.
      'events.TYPED.**',
      // A function gets each event, and the input.
      (value, { of }) => (of === 'input' ? { plan: (value as { plan: string }).plan } : value),
    ],
  })
  if (captured.problem !== undefined) console.warn('the report does not replay:', captured.problem.message)
  return JSON.stringify(captured)
}
