// The requirements of RFC Run v1, each with a section and a sentence. It depends on no test runner and no platform, so
// the same suite runs wherever Web Streams exist.

/** One requirement: its section, its sentence, and its check. */
export interface Requirement {
  readonly section: string
  readonly title: string
  readonly check: () => Promise<void> | void
}

/** The result of one check, as plain data. */
export interface Result {
  readonly section: string
  readonly title: string
  /** Why the requirement does not hold, or null if it holds. */
  readonly failure: string | null
}

/** Every requirement, in the order of the sections. */
export const requirements: Requirement[] = []

/** Adds a requirement; `check` throws if it does not hold. */
export function requirement(section: string, title: string, check: Requirement['check']): void {
  requirements.push({ section, title, check })
}

/** Checks every requirement, one after another. */
export async function checkAll(): Promise<Result[]> {
  const results: Result[] = []
  for (const { section, title, check } of requirements) {
    let failure: string | null = null
    try {
      await check()
    } catch (thrown) {
      failure = thrown instanceof Error ? `${thrown.message}\n${thrown.stack ?? ''}` : String(thrown)
    }
    results.push({ section, title, failure })
  }
  return results
}
