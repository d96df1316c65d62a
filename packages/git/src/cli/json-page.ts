// JSON for people: what fits on a line stays on one line, and the rest is broken into indented lines.

/** The lines of a value. */
export function jsonLines(value: unknown, width: number): string[] {
  return linesOf(value, width, '')
}

function linesOf(value: unknown, width: number, before: string): string[] {
  const line = before + JSON.stringify(value)
  if (line.length <= width || typeof value !== 'object' || value === null) return [line]
  const isList = Array.isArray(value)
  const members = isList
    ? value.map((item) => linesOf(item, width - 2, ''))
    : Object.entries(value).map(([key, member]) => linesOf(member, width - 2, `${JSON.stringify(key)}: `))
  const [open = '', close = ''] = isList ? '[]' : '{}'
  const inner = members.flatMap((lines, at) => {
    const indented = lines.map((one) => `  ${one}`)
    if (at < members.length - 1) indented.push(`${indented.pop() ?? ''},`)
    return indented
  })
  return [before + open, ...inner, close]
}
