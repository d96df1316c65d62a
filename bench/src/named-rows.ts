// Rows by their names, as every module that measures exports them.

/** What a module that measures exports. */
export interface NamedRows<Answer> {
  /** In the order of the table. */
  readonly rowNames: readonly string[]
  /**
   * Measures one row.
   * @param name one of `rowNames`
   * @throws {RangeError} if there is no such row
   */
  measureRow(name: string): Promise<Answer>
}

/** Makes what such a module exports. */
export function named<Answer>(rows: Readonly<Record<string, () => Promise<Answer>>>): NamedRows<Answer> {
  const rowNames = Object.keys(rows)
  return {
    rowNames,
    async measureRow(name) {
      const row = rows[name]
      if (row === undefined) throw new RangeError(`There is no row ${name}; the rows are ${rowNames.join(', ')}`)
      return await row()
    },
  }
}
