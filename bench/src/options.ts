/** Reads the command line: `--row NAME`, as often as one likes. */
import { parseArgs } from 'node:util'

/**
 * Tells which rows to measure.
 * @param all the rows there are
 * @returns those that were asked for, or all
 * @throws {RangeError} where one is asked for that there is not
 */
export function chosenRows(all: readonly string[]): readonly string[] {
  const { row } = parseArgs({ options: { row: { type: 'string', multiple: true } } }).values
  const unknown = row?.find((name) => !all.includes(name))
  if (unknown !== undefined) throw new RangeError(`There is no row ${unknown}; the rows are ${all.join(', ')}`)
  return row ?? all
}
