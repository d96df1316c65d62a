// Tests that provoke bugs of machines on purpose keep what development prints of them from the console. All else is printed.

import { beforeEach, vi } from 'vitest'

const expected =
  / refused a batch at sequence \d+:| refused \d+ more for bugs like these|: no handler names the event type /

/** Leaves out what development prints of bugs, in each test of this file. */
export function quiet(): void {
  for (const level of ['error', 'warn'] as const) {
    const { [level]: print } = console
    beforeEach(() => {
      vi.spyOn(console, level).mockImplementation((...shown: unknown[]) => {
        if (!expected.test(String(shown[0]))) print.apply(console, shown)
      })
    })
  }
}
