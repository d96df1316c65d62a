/** Reads the command line: `--row NAME`, once for each row that is wanted. */
import { parseArgs } from 'node:util'

/**
 * Picks the rows to measure.
 * @param all the names of all rows
 * @returns those that were asked for, or all
 * @throws {RangeError} if one that was asked for does not exist
 */
export function chosenRows(all: readonly string[]): readonly string[] {
  const { row } = parseArgs({ options: { row: { type: 'string', multiple: true } } }).values
  const unknown = row?.find((name) => !all.includes(name))
  if (unknown !== undefined) throw new RangeError(`There is no row ${unknown}; the rows are ${all.join(', ')}`)
  return row ?? all
}
