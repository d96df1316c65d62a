// How long tests wait for something before they fail.

/** Milliseconds: long enough for a busy machine. */
export const PATIENCE = 30_000
