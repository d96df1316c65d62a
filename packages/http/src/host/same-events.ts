// Whether a batch that came again under its key is the batch that was applied.

import type { AnyMachine } from '@xmachines/core'
import { canonicalJson } from '@xmachines/core/internal'
import type { StoredRecord } from '@xmachines/core/store'

/** Whether events are those of a record, as they are or as the schema of the machine parses them. */
export function isSameBatch(machine: AnyMachine, given: readonly unknown[], record: StoredRecord): boolean {
  if (!('events' in record)) return false
  const recorded = canonicalJson(record.events)
  try {
    if (canonicalJson(given) === recorded) return true
    const { events: schema } = machine
    if (schema === undefined) return false
    const parsed = given.map((event) => {
      const result = schema['~standard'].validate(event)
      return 'value' in result ? result.value : undefined
    })
    return canonicalJson(parsed) === recorded
  } catch {
    // What is no plain data, or what the schema throws at, was never applied.
    return false
  }
}
