// Cursors of the Durable Streams protocol: they change with time, so that no cache answers a long poll with an old answer for ever.

const EPOCH = Date.UTC(2024, 9, 9)
const INTERVAL_MS = 20_000
/** Seconds by which a cursor that is ahead is moved on, at most. */
const MOST_SECONDS = 3600

/** The cursor of an answer: later than the one that the request has. */
export function nextCursor(given: string | null, now: number = Date.now()): string {
  const current = Math.floor((now - EPOCH) / INTERVAL_MS)
  const before = given !== null && /^\d{1,15}$/.test(given) ? Number(given) : -1
  if (before < current) return String(current)
  const seconds = 1 + Math.floor(Math.random() * MOST_SECONDS)
  return String(before + Math.max(1, Math.ceil((seconds * 1000) / INTERVAL_MS)))
}
