// Which version of the app this browser loaded last: an app that was updated stays updated.

const keyOf = (database: string): string => `${database} version`

/** Whether version 2 was loaded before. */
export function wasUpdated(database: string): boolean {
  try {
    return localStorage.getItem(keyOf(database)) === '2'
  } catch {
    // Site data is blocked.
    return false
  }
}

/** Remembers the version for the next visit. */
export function rememberVersion(database: string, version: 1 | 2): void {
  try {
    localStorage.setItem(keyOf(database), String(version))
  } catch {
    // The next visit begins with version 1.
  }
}
