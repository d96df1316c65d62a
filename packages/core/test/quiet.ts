// Tests that provoke bugs on purpose keep what development prints of them from the console. All else is printed.

import { beforeEach, vi } from 'vitest'

const reports = {
  error: / refused a batch at sequence \d+:| refused \d+ more for bugs like these|: isFatal threw/,
  warn: /: no handler names the event type /,
}

/** Leaves out what development prints of bugs and of unknown types of events, in each test of this file. */
export function expectBugs(): void {
  // It stays until the file ends, because the end of a tick may come after the end of a test.
  for (const level of ['error', 'warn'] as const) {
    const { [level]: print } = console
    beforeEach(() => {
      vi.spyOn(console, level).mockImplementation((...shown: unknown[]) => {
        if (!reports[level].test(String(shown[0]))) print.apply(console, shown)
      })
    })
  }
}
