// The prose after a command's help, wrapped to the width of the page. Indented lines stay as they are.

import { Help } from 'commander'

const help = new Help()

/** Wraps paragraphs to lines of at most `width` characters. */
export function pageText(text: string, width: number): string {
  return text
    .split('\n\n')
    .map((part) => (/^ /m.test(part) ? part : help.boxWrap(part.replace(/(\S)\n(?=\S)/g, '$1 '), width)))
    .join('\n\n')
}
