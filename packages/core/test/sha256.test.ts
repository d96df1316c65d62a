/** SHA-256, an import of its own. */
import { createHash } from 'node:crypto'
import { createRun } from '@xmachines/core'
import { sha256 } from '@xmachines/core/sha256'
import { expect, test } from 'vitest'
import { add, repeatable, tally } from './machines.ts'

test('every oid of a run in SHA-256 has 64 digits, and its history says so', () => {
  const run = createRun(tally, { ...repeatable, format: sha256 })
  run.in.send(add())
  run.in.send([add(), add()])
  const { records, head, state } = run.toJSON()
  expect(run.genesis.format).toBe('sha256')
  for (const oid of [head, state, run.genesis.machine.oid, ...records.map((record) => record.oid)]) {
    expect(oid).toMatch(/^[0-9a-f]{64}$/)
  }
})

test('its hash is SHA-256', () => {
  expect(sha256.name).toBe('sha256')
  expect(Object.isFrozen(sha256)).toBe(true)
  for (const text of ['', 'abc', 'x'.repeat(1000)]) {
    const bytes = new TextEncoder().encode(text)
    expect(Buffer.from(sha256.hash(bytes)).toString('hex')).toBe(createHash('sha256').update(text).digest('hex'))
  }
})

test('it leaves a state with the blob that Git has of it', () => {
  const content = '0\n'
  const blob = createHash('sha256').update(`blob ${content.length}\0${content}`).digest('hex')
  expect(createRun(tally, { format: sha256 }).toJSON().state).toBe(blob)
})
