// Plain data as one short line. What does not fit is counted, and never visited.

const MOST_CHARACTERS = 60
const MOST_MEMBERS = 6

/** A value as one line of text. */
export function brief(value: unknown, depth = 2): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}…` : value)
  }
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    return depth === 0 ? `[${value.length}]` : `[${limited(value, (item) => brief(item, depth - 1))}]`
  }
  const members = Object.entries(value)
  if (members.length === 0) return '{}'
  return depth === 0 ? '{…}' : `{ ${limited(members, ([name, member]) => `${name}: ${brief(member, depth - 1)}`)} }`
}

/** What an event carries beside its type, as one line. */
export function briefEvent({ type: _type, ...rest }: { readonly type: string }): string {
  return Object.keys(rest).length === 0 ? '' : brief(rest).slice(2, -2)
}

function limited<Item>(items: readonly Item[], print: (item: Item) => string): string {
  const printed = items.slice(0, MOST_MEMBERS).map(print)
  const more = items.length - printed.length
  return [...printed, ...(more > 0 ? [`… ${more} more`] : [])].join(', ')
}
