/** Two processes append to one run at the same moment. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openShared } from '@xmachines/core/store'
import type { PostgresStore } from '@xmachines/postgres'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type Database, openServer } from './databases.ts'
import { append, recordsOf, tally, tallyRun } from './ledgers.ts'

const ROUNDS = 50

describe('two processes', () => {
  let database: Database
  let store: PostgresStore
  beforeAll(async () => {
    database = await openServer()
    store = await database.open()
  })
  afterAll(() => database.end())

  function begin(program: string, ...args: string[]): ChildProcess {
    const file = join(import.meta.dirname, program)
    const flags = ['--conditions=@xmachines/source', file, JSON.stringify(inject('postgres')), database.prefix, ...args]
    return spawn(process.execPath, flags, { stdio: ['pipe', 'pipe', 'inherit'] })
  }

  test.each(['equal', 'different'])(
    'of two that append %s batches, one is acknowledged in each round',
    async (kind) => {
      const run = tallyRun()
      await append(store, run)
      const children = ['1', '2'].map((name) => begin('contest-child.ts', run.id, kind, name))
      const lines = children.map(({ stdout }) =>
        createInterface({ input: stdout as NonNullable<typeof stdout> })[Symbol.asyncIterator](),
      )
      const all = async (): Promise<unknown[]> =>
        await Promise.all(lines.map(async (line) => (await line.next()).value))
      const say = (word: string): void => {
        for (const { stdin } of children) stdin?.write(`${word}\n`)
      }
      for (let round = 1; round <= ROUNDS; round++) {
        say('open')
        expect(await all()).toEqual(['ready', 'ready'])
        say('append')
        expect(new Set(await all())).toEqual(new Set(['MOVED', 'won']))
      }
      for (const { stdin } of children) stdin?.end()
      await Promise.all(children.map((child) => once(child, 'close')))
      expect(await recordsOf(store, run.id)).toHaveLength(1 + ROUNDS)
    },
  )

  test('that share a run lose nothing and double nothing', async () => {
    const run = tallyRun()
    await append(store, run)
    const children = [1, 2].map(() => begin('shared-child.ts', run.id, '100'))
    expect(await Promise.all(children.map(async (child) => (await once(child, 'close'))[0]))).toEqual([0, 0])
    const opened = await openShared(store, run.id, tally)
    expect([opened.state, opened.snapshot.current.sequence]).toEqual([200, 200])
    opened.close()
  })
})
