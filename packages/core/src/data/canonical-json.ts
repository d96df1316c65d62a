// RFC 8785 canonical JSON of plain data: the one text that every machine writes for the same value.

/**
 * The canonical JSON text of plain data: members sorted by UTF-16 code units, no white space, numbers as ECMAScript
 * writes them.
 * @param value plain data, checked before; `undefined` members are left out
 * @returns the text; object ids are computed from its UTF-8
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  // ECMAScript writes numbers in the canonical form, and −0 as 0.
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = value as Readonly<Record<string, unknown>>
  let text = ''
  for (const key of sortedKeys(members)) {
    const member = members[key]
    if (member === undefined) continue
    text += (text === '' ? '{' : ',') + quoted(key) + ':' + canonicalJson(member)
  }
  return text === '' ? '{}' : text + '}'
}

/** Like `JSON.stringify`, which costs more than a look at each character if the text is short and needs no escape. */
function quoted(text: string): string {
  if (text.length > 40) return JSON.stringify(text)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20 || code === 0x22 || code === 0x5c) return JSON.stringify(text)
  }
  return `"${text}"`
}

function sortedKeys(members: object): string[] {
  const keys = Object.keys(members)
  if (keys.length > 8) return keys.sort()
  // Few keys are sorted by insertion faster than by the engine.
  for (let at = 1; at < keys.length; at++) {
    const key = keys[at] as string
    let to = at
    for (; to > 0 && (keys[to - 1] as string) > key; to--) keys[to] = keys[to - 1] as string
    keys[to] = key
  }
  return keys
}
