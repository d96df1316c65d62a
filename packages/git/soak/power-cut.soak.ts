/** The power is cut after every system call of a recorder, and nothing that was acknowledged is lost. */
import { afterAll, expect, test } from 'vitest'
import { cutsOf, faultsAfter, RECORDED } from '../test/power-cut.ts'
import { makeFolder } from '../test/repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

test.each(RECORDED)('no power cut loses anything that was acknowledged in %s', async (recorded) => {
  const cuts = await cutsOf(folder, recorded, 8)
  const faults: string[] = []
  for (const cut of cuts) faults.push(...(await faultsAfter(folder, cut)))
  console.log(`${recorded}: ${cuts.length} different disks after a power cut, ${faults.length} faults`)
  expect(faults).toEqual([])
})
