/**
 * The power is cut after any system call of a recorder, and all or some of what was not synced is lost: everything that
 * was acknowledged is there, Git finds no fault, and the run continues. A sample here, all cuts in the soak.
 */
import { afterAll, expect, test } from 'vitest'
import { cutsOf, faultsAfter, RECORDED } from './power-cut.ts'
import { makeFolder } from './repositories.ts'
import { allowWarnings } from './warnings.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
const SAMPLE = 12

test.skipIf(process.platform !== 'linux').each(RECORDED)(
  'a power cut loses nothing that was acknowledged in %s',
  async (recorded) => {
    // A cut may leave a lock, which is removed and reported once it is old.
    allowWarnings('XMACHINES_STALE_LOCK')
    const cuts = await cutsOf(folder, recorded, 3)
    expect(cuts.length).toBeGreaterThan(SAMPLE)
    const step = cuts.length / SAMPLE
    const begin = Math.random() * step
    const sample = Array.from({ length: SAMPLE }, (_, at) => cuts[Math.floor(begin + at * step)]!)
    expect(sample.some(({ safe }) => safe >= 0)).toBe(true)
    const faults: string[] = []
    for (const cut of sample) faults.push(...(await faultsAfter(folder, cut)))
    expect(faults).toEqual([])
  },
  300_000,
)
