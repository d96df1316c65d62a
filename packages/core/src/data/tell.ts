// Development speaks on the console. Nothing calls this in production.

/**
 * Prints something for the developer. A console that throws or is missing harms nobody.
 * @param level how bad it is
 * @param shown as for the console
 */
export function tell(level: 'error' | 'warn', ...shown: readonly unknown[]): void {
  try {
    console[level](...shown)
  } catch {
    // A message is not worth a failure of the program.
  }
}
