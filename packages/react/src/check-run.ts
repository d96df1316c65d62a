// Refuses what is not a run or a machine, with the name of the hook that was given it. Only in development: production builds leave
// this file out.

/**
 * @param member a member of every run that the hook uses. Its presence is tested without reading it
 * @throws {TypeError} if the value does not have it
 */
export function checkRun(hook: string, run: unknown, member: 'in' | 'ports'): void {
  if (typeof run !== 'object' || run === null || !(member in run)) throw wrongArgument(hook, 'a run', run)
}

/** @throws {TypeError} if the value cannot be a machine; `createRun` says what else is wrong with it */
export function checkMachine(hook: string, machine: unknown): void {
  if (typeof machine !== 'object' || machine === null) {
    throw wrongArgument(hook, 'a machine that defineMachine made', machine)
  }
}

/** The error for a hook that takes something else. */
export function wrongArgument(hook: string, expected: string, given: unknown): TypeError {
  // An object without a prototype cannot be converted to text.
  const text = typeof given === 'object' && given !== null ? Object.prototype.toString.call(given) : String(given)
  return new TypeError(`${hook} takes ${expected}, not ${text}`)
}
