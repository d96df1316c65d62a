// What was thrown, as plain data: the state of a chart and the answers of its children have errors in them.

/** An error as plain data. Whatever else was thrown is its text, unless it is plain data of one level. */
export function plainError(thrown: unknown): unknown {
  if (thrown instanceof Error) return { name: thrown.name, message: thrown.message }
  if (typeof thrown !== 'object' || thrown === null) return typeof thrown === 'symbol' ? String(thrown) : thrown
  try {
    return JSON.parse(JSON.stringify(thrown)) as unknown
  } catch {
    return String(thrown)
  }
}
