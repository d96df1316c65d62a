// Bytes as lower-case hex digits, and back.

const hexOfByte: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Bytes as lower-case hex digits. */
export function toHex(bytes: Uint8Array): string {
  let hex = ''
  for (let at = 0; at < bytes.length; at++) hex += hexOfByte[bytes[at] as number]
  return hex
}

/** Hex digits as bytes. The caller has checked them. */
export function fromHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2)
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16)
  return bytes
}

/** Whether text is the lower-case hex of some bytes. It builds neither. */
export function isHexOf(text: string, bytes: Uint8Array): boolean {
  if (text.length !== bytes.length * 2) return false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (text.charCodeAt(2 * at) !== hexDigit(byte >> 4) || text.charCodeAt(2 * at + 1) !== hexDigit(byte & 15))
      return false
  }
  return true
}

/** The character code of a lower-case hex digit. */
export function hexDigit(value: number): number {
  return value < 10 ? 48 + value : 87 + value
}
