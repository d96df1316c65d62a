// Text that nobody here wrote, made safe to print: what a terminal would obey, and what would hide or reorder text, is
// shown by its escape sequence (https://trojansource.codes).

/** Control, format (bidi controls among them) and separator characters, and halves of surrogate pairs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** Text in which each such character is `\uXXXX`; JSON stays the same JSON, since strings alone can hold them. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => {
    let escaped = ''
    for (let at = 0; at < character.length; at++) {
      escaped += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`
    }
    return escaped
  })
}

/** A value as JSON on one line, safe to print. */
export function visibleJson(value: unknown): string {
  return visible(JSON.stringify(value))
}
