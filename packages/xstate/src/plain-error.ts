// What was thrown, as plain data: the state of a chart and the answers of its children have errors in them.

/** An error as plain data, with its texts, numbers and booleans, such as a code. What else was thrown is copied if it can be. */
export function plainError(thrown: unknown): unknown {
  if (thrown instanceof Error) {
    const members = Object.entries(thrown).filter(([, value]) => isPlain(value))
    return { ...Object.fromEntries(members), name: thrown.name, message: thrown.message }
  }
  if (typeof thrown !== 'object' || thrown === null) return typeof thrown === 'symbol' ? String(thrown) : thrown
  try {
    return JSON.parse(JSON.stringify(thrown)) as unknown
  } catch {
    return { name: 'Error', message: 'what was thrown is no plain data' }
  }
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}
