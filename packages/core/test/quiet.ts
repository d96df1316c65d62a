// Tests that provoke bugs on purpose keep the reports of these from the console. All else is printed.

import { beforeEach, vi } from 'vitest'

const reports = / refused a batch at sequence \d+:| refused \d+ more for bugs like these|: isFatal threw/

/** Leaves out what development prints of the bugs of machines, in each test of this file. */
export function expectBugs(): void {
  const { error } = console
  // It stays until the file ends, because the end of a tick may come after the end of a test.
  beforeEach(() => {
    vi.spyOn(console, 'error').mockImplementation((...shown: unknown[]) => {
      if (!reports.test(String(shown[0]))) error.apply(console, shown)
    })
  })
}
