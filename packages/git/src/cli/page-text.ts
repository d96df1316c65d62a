// The prose behind a command's help, broken to the width of the page; what is indented stays as it is.

import { Help } from 'commander'

const help = new Help()

/** Text whose paragraphs are lines of at most so many characters. */
export function pageText(text: string, width: number): string {
  return text
    .split('\n\n')
    .map((part) => (/^ /m.test(part) ? part : help.boxWrap(part.replace(/(\S)\n(?=\S)/g, '$1 '), width)))
    .join('\n\n')
}
