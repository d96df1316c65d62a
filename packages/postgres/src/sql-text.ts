// Any string as text that Postgres can keep.

/**
 * Text for Postgres, which has no NUL and no lone surrogates. Ordinary text stays as it is, and different strings stay
 * different.
 */
export function textOf(value: string): string {
  return JSON.stringify(value).slice(1, -1)
}

/** An array for Postgres, as text. */
export function arrayOf(values: readonly (string | number)[]): string {
  return `{${values.map((value) => (typeof value === 'number' ? value : `"${value.replace(/["\\]/g, '\\$&')}"`)).join()}}`
}

/** The string that a text stands for. */
export function stringOf(text: string): string {
  return JSON.parse(`"${text}"`) as string
}
