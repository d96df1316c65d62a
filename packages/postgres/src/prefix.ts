// The prefix of the tables' names. It is part of statements, so only what needs no quotes is taken.

/** The prefix of the tables in `schema.sql`. */
export const PREFIX = 'xmachines_'

/** @throws {RangeError} if a prefix cannot be part of a name */
export function checkPrefix(prefix: string): void {
  if (typeof prefix !== 'string' || !/^[a-z_][a-z0-9_]{0,30}$/.test(prefix)) {
    throw new RangeError(
      `prefix is ${JSON.stringify(prefix)}; give at most 31 lower-case letters, digits and underscores that do not begin ` +
        'with a digit. For a schema, set the search_path of the connection',
    )
  }
}
