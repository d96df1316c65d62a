/** Node, its git, and both are killed 200 times each, while others collect garbage. CRASHES sets the number. */
import { afterAll, expect, test } from 'vitest'
import { crashReport, crashRounds, type Victim } from '../test/crashes.ts'
import { makeFolder } from '../test/repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
/** After this many rounds another run begins in a new repository. */
const ROUNDS = 25

test.each<Victim>(['node', 'git', 'both'])('every acknowledged batch survives if %s is killed', async (victim) => {
  for (let rounds = 0; rounds < Number(process.env['CRASHES']); rounds += ROUNDS) {
    const crashed = await crashRounds(folder, victim, { rounds: ROUNDS, through: 'recorder' })
    console.log(crashReport(victim, crashed))
    expect(crashed).toMatchObject({ lost: [], doubled: [], faults: [] })
    for (const code of Object.keys(crashed.failures)) expect(['GIT_FAILED', 'REPOSITORY_LOCKED']).toContain(code)
  }
})
