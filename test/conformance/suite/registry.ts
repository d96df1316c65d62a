// The requirements of RFC Run v1, each with a section and a sentence. Knows no test runner and no platform, so that the
// same suite runs wherever Web Streams exist.

/** One requirement: the section it comes from, what it says, and how it is seen to hold. */
export interface Requirement {
  readonly section: string
  readonly title: string
  readonly check: () => Promise<void> | void
}

/** What came of one requirement, as plain data. */
export interface Result {
  readonly section: string
  readonly title: string
  /** Why it does not hold, or null where it does. */
  readonly failure: string | null
}

/** Every requirement, in the order of the sections. */
export const requirements: Requirement[] = []

/** States a requirement; `check` throws where it does not hold. */
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
