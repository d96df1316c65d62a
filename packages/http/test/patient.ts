/** Servers that do not give up while the machine is busy. */

/**
 * Milliseconds for which a server keeps an idle connection. A client that was busy may else send a request while the server
 * closes the connection.
 */
export const KEPT = 600_000

/** The options of a handler that waits for a disk that is slow. */
export const PATIENT = { limits: { waitMs: 120_000 } } as const
