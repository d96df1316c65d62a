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

/** The character codes of the two digits of each byte. */
const high: Uint8Array = Uint8Array.from(hexOfByte, (hex) => hex.charCodeAt(0))
const low: Uint8Array = Uint8Array.from(hexOfByte, (hex) => hex.charCodeAt(1))

/** Writes the two hex digits of a byte in ASCII. */
export function writeHexByte(into: Uint8Array, at: number, byte: number): void {
  into[at] = high[byte] as number
  into[at + 1] = low[byte] as number
}

/** Whether text is the lower-case hex of some bytes. It builds neither. */
export function isHexOf(text: string, bytes: Uint8Array): boolean {
  const { length } = bytes
  if (text.length !== length * 2) return false
  for (let at = 0; at < length; at++) {
    const byte = bytes[at] as number
    if (text.charCodeAt(2 * at) !== high[byte] || text.charCodeAt(2 * at + 1) !== low[byte]) return false
  }
  return true
}
