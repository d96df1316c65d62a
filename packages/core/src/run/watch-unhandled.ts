// Warns in development of outputs that no handler takes. It is apart from the handling, for pages that load that later.

/** The types of output that each run has handlers for, or was warned of. */
const known = new WeakMap<object, Set<string>>()

/**
 * Remembers the types that a handling takes, so that no other handling of this run warns of them.
 * @returns a function that warns of an output without a handler, once a type
 */
export function watchUnhandled(run: object, handlers: object): (output: unknown) => void {
  const types = known.get(run) ?? new Set()
  known.set(run, types)
  for (const type of Object.keys(handlers)) types.add(type)
  return (output) => {
    const type = String((output as { readonly type?: unknown } | null)?.type)
    if (types.has(type)) return
    types.add(type)
    console.warn(
      `The run emitted an output of type ${JSON.stringify(type)}, and no handler takes it. Add one to the handlers, ` +
        'or one that does nothing.',
    )
  }
}
