// The version of core, which machines, runs and refusals carry under registered symbols, so that another copy of the same
// version knows them.

/** The version of this package. */
export const CORE_VERSION = '0.0.0'

/** The version of core that made a value, if it carries one under this key. */
export function versionOf(value: unknown, key: symbol): unknown {
  return (value as Readonly<Record<symbol, unknown>> | null | undefined)?.[key]
}
