/** The types of a chart, as `setup` takes them: they are seen by the compiler alone. */
export function typesOf<Types>(): Types {
  return {} as Types
}
