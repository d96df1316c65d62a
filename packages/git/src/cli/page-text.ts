// The prose behind a command's help, broken to the width of the page; what is indented stays as it is.

/** Text whose paragraphs are lines of at most so many characters. */
export function pageText(text: string, width: number): string {
  return text
    .split('\n\n')
    .map((part) => (/^ /m.test(part) ? part : wrap(part, width)))
    .join('\n\n')
}

function wrap(paragraph: string, width: number): string {
  const lines: string[] = ['']
  for (const word of paragraph.trim().split(/\s+/)) {
    const longer = [lines.at(-1), word].filter(Boolean).join(' ')
    if (longer.length > width && lines.at(-1) !== '') lines.push(word)
    else lines[lines.length - 1] = longer
  }
  return `${/^\n*/.exec(paragraph)?.[0] ?? ''}${lines.join('\n')}`
}
