/** A server that is killed loses nothing that it acknowledged, and applies nothing twice. In full: `pnpm test:soak:http`. */
import { expect, test } from 'vitest'
import { crashRounds } from './crashes.ts'

test('what was acknowledged survives kills of the server, and every output is answered once', async () => {
  const crashed = await crashRounds(5)
  expect(crashed).toMatchObject({ lost: [], doubled: [], unhandled: [], statuses: {} })
}, 120_000)
