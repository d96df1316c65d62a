// Random names: of appends, of clients, and of those who hold a lease.

import { toHex } from '../identity/hex.ts'

/** A token of 128 random bits. Pages that are not secure have no `crypto.randomUUID`. */
export function newToken(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)))
}
