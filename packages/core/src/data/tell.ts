// Development speaks on the console.

import { hasMode } from './mode.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * Prints something for the developer. A console that throws or is missing harms nobody.
 * @param level how bad it is
 * @param shown as for the console
 */
export function tell(level: 'error' | 'warn', ...shown: readonly unknown[]): void {
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) {
    try {
      console[level](...shown)
    } catch {
      // What was to be told is not worth a failure of the program.
    }
  }
}
