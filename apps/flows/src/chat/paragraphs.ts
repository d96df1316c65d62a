// Paragraphs of a text: what is between them, and how they come together.

/** What is between two paragraphs. */
export const BREAK = '\n\n'

/** Paragraphs with one more behind them; either may be empty. */
export function joined(paragraphs: string, next: string): string {
  return paragraphs === '' || next === '' ? paragraphs + next : paragraphs + BREAK + next
}
