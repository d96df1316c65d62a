/** A server is killed 50 times in the middle of writes and of effects. CRASHES sets the number. */
import { expect, test } from 'vitest'
import { crashRounds } from '../test/crashes.ts'

test('what was acknowledged survives kills of the server, and every output is answered once', async () => {
  const rounds = Number(process.env['CRASHES'] ?? '50')
  const crashed = await crashRounds(rounds)
  console.log(`${rounds} kills, ${crashed.acknowledged} acknowledged`)
  expect(crashed).toMatchObject({ lost: [], doubled: [], unhandled: [], statuses: {} })
})
