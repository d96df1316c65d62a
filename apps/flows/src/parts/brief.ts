// Plain data as text that is never long: a state may be a book, and it is shown again every frame. What is left out is
// counted, and never walked.

/** How much is shown. */
interface Most {
  /** Characters of each text. */
  readonly characters: number
  /** Items of each array, and members of each object. */
  readonly items: number
  /** Values altogether. */
  values: number
}

/** How wide an array may be that is written in one line: in characters. */
const WIDTH = 48

/** JSON of plain data, indented: on a few hundred lines at most. */
export function briefPage(value: unknown): string {
  return print(value, { characters: 240, items: 40, values: 300 }, '\n')
}

/** JSON of plain data within a line, which wraps a few times at most. */
export function briefLine(value: unknown): string {
  return print(value, { characters: 80, items: 8, values: 24 }, undefined)
}

/**
 * @param most what is left to show; used up while printing
 * @param newLine a line end and the indent of this value, or undefined for all of it in one line
 */
function print(value: unknown, most: Most, newLine: string | undefined): string {
  most.values--
  if (typeof value === 'string') return printText(value, most.characters)
  if (typeof value !== 'object' || value === null) return String(value)
  const inner = newLine === undefined ? undefined : `${newLine}  `
  if (Array.isArray(value)) {
    const items = printAll(value, most, (item) => print(item, most, inner))
    return `[${newLine !== undefined && areLeaves(value, items) ? items.join(', ') : layOut(items, newLine)}]`
  }
  const colon = newLine === undefined ? ':' : ': '
  const members = printAll(
    Object.entries(value),
    most,
    ([key, member]) => JSON.stringify(key) + colon + print(member, most, inner),
  )
  return `{${layOut(members, newLine)}}`
}

/** As many as are to be shown: all, unless that is far too many. */
function printAll<Item>(items: readonly Item[], most: Most, printItem: (item: Item) => string): readonly string[] {
  const printed: string[] = []
  for (const item of items) {
    if (printed.length === most.items || most.values <= 0) {
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

/** Whether an array is of figures, or of short texts: then it takes no line for each. */
function areLeaves(value: readonly unknown[], printed: readonly string[]): boolean {
  return (
    printed.every((_, index) => typeof value[index] !== 'object') &&
    (typeof value[0] === 'number' || printed.join().length < WIDTH)
  )
}

function printText(text: string, most: number): string {
  if (text.length <= most) return JSON.stringify(text)
  return `${JSON.stringify(text.slice(0, most).toWellFormed())} … ${text.length.toLocaleString('en')} characters`
}
