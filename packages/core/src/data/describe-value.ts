// How values and thrown errors are described in messages.

/** A short description of any value: text in quotes, an object by its kind. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return describeThrown(value)
}

/** The message for a wrong argument: what it is called, what it is, and what it must be. */
export function wrongValue(what: string, value: unknown, expected: string): string {
  return `${what} is ${describeValue(value)}; it must be ${expected}`
}

/** The message of a thrown value, whatever it is. */
export function describeThrown(thrown: unknown): string {
  try {
    return (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)).slice(0, 1000)
  } catch {
    return 'something that cannot be shown'
  }
}

/** Like `instanceof`, for thrown values: a proxy may throw when it is asked for its prototype. */
export function isA<Kind>(thrown: unknown, kind: abstract new (...made: never) => Kind): thrown is Kind {
  try {
    return thrown instanceof kind
  } catch {
    return false
  }
}
