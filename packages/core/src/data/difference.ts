// Where two values of plain data differ.

/**
 * The path of the first difference between two values of plain data. The order of members makes no difference.
 * @param one a value
 * @param other the value to compare it with
 * @param path the name of the value in the answer, such as `state`
 * @returns the path, such as `state.items[3]`, or undefined if there is no difference
 */
export function firstDifference(one: unknown, other: unknown, path: string): string | undefined {
  if (one === other) return undefined
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return path
  if (Array.isArray(one) && Array.isArray(other)) return firstInItems(one, other, path)
  if (Array.isArray(one) || Array.isArray(other)) return path
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const difference = firstDifference(member(one, key), member(other, key), `${path}.${key}`)
    if (difference !== undefined) return difference
  }
  return undefined
}

function firstInItems(one: readonly unknown[], other: readonly unknown[], path: string): string | undefined {
  const length = Math.max(one.length, other.length)
  for (let index = 0; index < length; index++) {
    if (one[index] === other[index]) continue
    const difference = firstDifference(one[index], other[index], `${path}[${index}]`)
    if (difference !== undefined) return difference
  }
  return undefined
}

function member(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
}
