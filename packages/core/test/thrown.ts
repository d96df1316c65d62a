// What a call throws.

/** The error that a call throws, of the type that the caller expects. */
export function thrownBy<Thrown extends Error = Error>(act: () => unknown): Thrown {
  try {
    act()
  } catch (thrown) {
    return thrown as Thrown
  }
  throw new Error('nothing was thrown')
}
