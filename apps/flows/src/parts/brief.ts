// Plain data as short text. A state may be large, and it is printed again every frame: what does not fit is counted,
// but never visited.

/** The limits of the text. */
interface Limits {
  /** Characters of each text. */
  readonly characters: number
  /** Items of each array, and members of each object. */
  readonly items: number
  /** Values in total; counts down while printing. */
  values: number
}

/** The most characters of an array or an object in one line; an array of numbers may have more. */
const WIDTH = 48

/** Plain data as indented JSON, a few hundred lines at most. */
export function briefPage(value: unknown): string {
  return print(value, { characters: 240, items: 40, values: 300 }, '\n')
}

/** Plain data as JSON in one line, which wraps a few times at most. */
export function briefLine(value: unknown): string {
  return print(value, { characters: 80, items: 8, values: 24 }, undefined)
}

/**
 * @param limits what may still be printed
 * @param newLine a line break and the indent of this value; undefined for one line
 */
function print(value: unknown, limits: Limits, newLine: string | undefined): string {
  limits.values--
  if (typeof value === 'string') return printText(value, limits.characters)
  if (typeof value !== 'object' || value === null) return String(value)
  const inner = newLine === undefined ? undefined : `${newLine}  `
  if (Array.isArray(value)) {
    const items = printAll(value, limits, (item) => print(item, limits, inner))
    const isFlat = newLine !== undefined && areLeaves(value, items) && (typeof value[0] === 'number' || isShort(items))
    return `[${isFlat ? items.join(', ') : layOut(items, newLine)}]`
  }
  const colon = newLine === undefined ? ':' : ': '
  const members = printAll(
    Object.entries(value),
    limits,
    ([key, member]) => JSON.stringify(key) + colon + print(member, limits, inner),
  )
  const isFlat = newLine !== undefined && isShort(members) && areLeaves(Object.values(value), members)
  return isFlat ? `{ ${members.join(', ')} }` : `{${layOut(members, newLine)}}`
}

/** Prints the items within the limits, and counts the rest. */
function printAll<Item>(items: readonly Item[], limits: Limits, printItem: (item: Item) => string): readonly string[] {
  const printed: string[] = []
  for (const item of items) {
    if (printed.length === limits.items || limits.values <= 0) {
      return [...printed, `… and ${(items.length - printed.length).toLocaleString('en')} more`]
    }
    printed.push(printItem(item))
  }
  return printed
}

function layOut(parts: readonly string[], newLine: string | undefined): string {
  if (newLine === undefined || parts.length === 0) return parts.join(',')
  return `${parts.map((part) => `${newLine}  ${part}`).join(',')}${newLine}`
}

/** Whether the printed values contain no others. */
function areLeaves(values: readonly unknown[], printed: readonly string[]): boolean {
  return printed.every((_, index) => typeof values[index] !== 'object')
}

/** Whether there is something, and it fits in one line. */
function isShort(printed: readonly string[]): boolean {
  return printed.length > 0 && printed.join().length < WIDTH
}

function printText(text: string, most: number): string {
  if (text.length <= most) return JSON.stringify(text)
  return `${JSON.stringify(text.slice(0, most).toWellFormed())} … ${text.length.toLocaleString('en')} characters`
}
