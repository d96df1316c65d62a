// The JSON Schema of the events of a machine, if its schema can say it: by Standard JSON Schema (https://standardschema.dev/json-schema).

import type { AnyMachine } from '@xmachines/core'

/** What a schema that can describe itself has beside Standard Schema. */
interface Describing {
  readonly jsonSchema?: { readonly input?: (options: { readonly target: 'draft-2020-12' }) => unknown }
}

const known = new WeakMap<AnyMachine, unknown>()

/** The JSON Schema of what the machine takes; undefined if its schema cannot say it. */
export function schemaOf(machine: AnyMachine): unknown {
  if (!known.has(machine)) known.set(machine, describe(machine))
  return known.get(machine)
}

function describe({ events }: AnyMachine): unknown {
  const standard = events?.['~standard'] as Describing | undefined
  try {
    const schema = standard?.jsonSchema?.input?.({ target: 'draft-2020-12' })
    return typeof schema === 'object' && schema !== null ? schema : undefined
  } catch {
    // A part of it, such as a transformation, cannot be said in JSON Schema.
    return undefined
  }
}
