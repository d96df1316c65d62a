// Plain data as text that is never long: a state may be a book, and it is shown again every frame. What is cut off is
// counted, and never walked.

/** How much is shown. */
interface Most {
  /** Characters of each text. */
  readonly characters: number
  /** Items of each array, and members of each object. */
  readonly items: number
  /** Values altogether. */
  readonly values: number
}

/** On lines of its own, as in a panel that scrolls. */
const page: Most = { characters: 240, items: 40, values: 300 }

/** Within a line. */
const line: Most = { characters: 80, items: 8, values: 24 }

/** JSON of plain data, indented, on at most a few hundred lines. */
export function briefPage(value: unknown): string {
  return JSON.stringify(cut(value, page, { left: page.values }), undefined, 2)
}

/** JSON of plain data in one line, which wraps a few times at most. */
export function briefLine(value: unknown): string {
  return JSON.stringify(cut(value, line, { left: line.values }))
}

function cut(value: unknown, most: Most, budget: { left: number }): unknown {
  budget.left--
  if (typeof value === 'string') return cutText(value, most.characters)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.slice(0, fitting(value.length, most, budget)).map((item) => cut(item, most, budget))
    return items.length === value.length ? items : [...items, `… and ${count(value.length - items.length)} more`]
  }
  const entries = Object.entries(value)
  const shown = entries.slice(0, fitting(entries.length, most, budget))
  const members = Object.fromEntries(shown.map(([key, member]) => [key, cut(member, most, budget)]))
  return shown.length === entries.length
    ? members
    : { ...members, '…': `and ${count(entries.length - shown.length)} more` }
}

/** How many of so many are shown: all, unless that is far too many. */
function fitting(length: number, { items }: Most, { left }: { readonly left: number }): number {
  return Math.min(length, items, Math.max(0, left))
}

function cutText(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}… (${count(text.length)} characters)`
}

function count(number: number): string {
  return number.toLocaleString('en')
}
