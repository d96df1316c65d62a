// Plain data as the source text of a literal, which is safe to paste: no text of it can end the literal, or hide in it.

/** Characters that end lines, or that hide or reorder text (https://trojansource.codes), and halves of surrogate pairs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** The longest line that a literal is not broken at. */
const WIDTH = 100

/** A value as source text. Lines after the first begin with `indent`. */
export function literalOf(value: unknown, indent = ''): string {
  const line = onOneLine(value)
  if (line.length + indent.length <= WIDTH || typeof value !== 'object' || value === null) return line
  const inner = `${indent}  `
  const isList = Array.isArray(value)
  const members = isList
    ? value.map((item) => literalOf(item, inner))
    : Object.entries(value).map(([key, member]) => `${keyOf(key)}: ${literalOf(member, inner)}`)
  const [open, close] = isList ? '[]' : '{}'
  return `${open}\n${members.map((member) => `${inner}${member},\n`).join('')}${indent}${close}`
}

function onOneLine(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`
  const members = Object.entries(value).map(([key, member]) => `${keyOf(key)}: ${onOneLine(member)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

function keyOf(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key)
}

function quoted(text: string): string {
  const escaped = text.replace(/[\\']/g, String.raw`\$&`).replace(/\n/g, String.raw`\n`)
  return `'${escaped.replace(UNSEEN, escapeUnits)}'`
}

function escapeUnits(character: string): string {
  let escaped = ''
  for (let at = 0; at < character.length; at++) {
    escaped += String.raw`\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`
  }
  return escaped
}
