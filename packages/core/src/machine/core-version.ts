// The version of core, which machines, runs and refusals carry under registered symbols, so that another copy of the same
// version knows them.

/** The version of this package. */
export const CORE_VERSION = '0.0.0'

/** The version of core that made a value, if it carries one under this key. */
export function versionOf(value: unknown, key: symbol): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  return (value as Readonly<Record<symbol, unknown>>)[key]
}
