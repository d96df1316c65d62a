// The names of headers that HTTP itself does not define, in lower case as `Headers` has them.

/** Names a batch, so that a retry is answered as the first time and applied once. At most 256 visible ASCII characters. */
export const IDEMPOTENCY_KEY = 'idempotency-key'
/** With a key: the sequence that the sender knew when it first sent the batch. 0 if it is absent. */
export const KNOWN_SEQUENCE = 'known-sequence'
/** With an answer that had been given before under the same key: `true`. */
export const REPLAYED = 'idempotency-replayed'

/** Where to read on in a history. */
export const NEXT_OFFSET = 'stream-next-offset'
/** `true` if the answer has all that there is. */
export const UP_TO_DATE = 'stream-up-to-date'
/** `true` if nothing will follow: the machine completed. */
export const STREAM_CLOSED = 'stream-closed'
/** To be given back as `cursor` with the next long poll, so that caches do not answer it with an old answer. */
export const CURSOR = 'stream-cursor'
