/** A process that appends through the store, its git, and both are killed 50 times each. STORE_CRASHES sets the number. */
import { afterAll, expect, test } from 'vitest'
import { crashReport, crashRounds, type Victim } from '../test/crashes.ts'
import { makeFolder } from '../test/repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
/** After this many rounds another run begins in a new repository. */
const ROUNDS = 25

test.each<Victim>(['node', 'git', 'both', 'between'])(
  'what the store acknowledged survives a SIGKILL (%s)',
  async (victim) => {
    for (let done = 0; done < Number(process.env['STORE_CRASHES'] ?? '50'); done += ROUNDS) {
      const crashed = await crashRounds(folder, victim, { rounds: ROUNDS, through: 'store' })
      console.log(crashReport(victim, crashed))
      expect(crashed).toMatchObject({ lost: [], doubled: [], faults: [] })
      if (victim === 'between') expect(crashed.between).toBe(ROUNDS)
      for (const code of Object.keys(crashed.failures)) expect(code).toBe('UNAVAILABLE')
    }
  },
)
