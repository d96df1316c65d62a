// Paragraphs of a text: the break between them, and how to join them.

/** The break between two paragraphs. */
export const BREAK = '\n\n'

/** Paragraphs followed by one more; either may be empty. */
export function joined(paragraphs: string, next: string): string {
  return paragraphs === '' || next === '' ? paragraphs + next : paragraphs + BREAK + next
}
