// Makes foreign text safe to print: characters that a terminal would obey, or that hide or reorder text, are shown as
// escape sequences (https://trojansource.codes).

/** Control, format (bidi controls among them) and separator characters, and halves of surrogate pairs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** Shows each such character as `\uXXXX`. JSON keeps its meaning, because only its strings can hold them. */
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
