// The cases of the suite about names.

import { expectEqual, until } from './assertions.ts'
import { ledgerRun, token } from './ledger.ts'
import type { StoreCase } from './store-case.ts'

export const namingCases: readonly StoreCase[] = [
  {
    title: 'a name belongs to one run, and changes hands by comparison',
    async check({ open }) {
      const [store, other] = [await open(), await open()]
      const key = `name-${token()}`
      const [one, two] = [ledgerRun().id, ledgerRun().id]
      expectEqual(await store.name(key), undefined, 'a name that nobody has')
      const given = await Promise.all([store.rename(key, undefined, one), other.rename(key, undefined, two)])
      expectEqual(given.filter(Boolean).length, 1, 'how many got it')
      const [winner, loser] = given[0] ? [one, two] : [two, one]
      expectEqual(await other.name(key), winner, 'whose it is')
      expectEqual(await store.rename(key, loser, one), false, 'a change that expects another owner')
      expectEqual(await store.rename(key, undefined, two), false, 'a change that expects none')
      expectEqual(await store.rename(key, loser, undefined), false, 'giving it up for another owner')
      expectEqual(await store.rename(key, winner, undefined), true, 'a name that is given up')
      await until(async () => (await other.name(key)) === undefined, 'the end of a name')
    },
  },
  {
    title: 'any text can be a name, and different texts are different names',
    async check({ open }) {
      const [store, other] = [await open(), await open()]
      const prefix = `draft-${token()}`
      const endings = [
        '',
        'a',
        'A',
        'ä',
        'a\u0308',
        ' ',
        '/',
        '/a',
        '/../a',
        '.lock',
        '\0',
        '\n',
        '%2F',
        '\u{1f600}',
        '"',
        '#'.repeat(400),
      ]
      const names = [...endings.map((ending) => `${prefix}${ending}`), `${prefix}${'#'.repeat(399)}`]
      const ids = names.map(() => ledgerRun().id)
      for (const [at, name] of names.entries()) {
        expectEqual(
          await store.rename(name, undefined, ids[at]),
          true,
          `whether ${JSON.stringify(name)} could be given`,
        )
      }
      for (const [at, name] of names.entries()) {
        expectEqual(await other.name(name), ids[at], `the run with the name ${JSON.stringify(name)}`)
      }
    },
  },
]
