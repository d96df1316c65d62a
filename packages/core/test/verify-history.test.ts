/** Histories are verified without their machine, and give the commits that their run would. */
import { createRun, type RunError } from '@xmachines/core'
import { openOutsideHistory, recordable } from '@xmachines/core/internal'
import { sha256 } from '@xmachines/core/sha256'
import { describe, expect, test } from 'vitest'
import { machineOf, tallyRun } from './machines.ts'
import { thrownBy } from './thrown.ts'

const clone = (value: unknown) => JSON.parse(JSON.stringify(value))

describe('the commits of a history', () => {
  test('are those of its run, to the last byte', () => {
    const run = tallyRun()
    const recording = recordable(run)
    for (const history of [run.toJSON(), clone(run), clone(run).records, new Set(run.toJSON().records)]) {
      const outside = openOutsideHistory(history)
      expect(outside.genesis).toEqual(run.genesis)
      const commits = outside.commits(recording.format, 0)
      expect(commits.sequence).toBe(3)
      expect(commits.genesis()).toEqual(recording.genesis())
      for (const sequence of [3, 1, 2]) {
        expect(commits.digestAt(sequence)).toEqual(recording.digestAt(sequence))
        expect(commits.commitAt(sequence).slice()).toEqual(recording.commitAt(sequence).slice())
      }
    }
  })

  test('are verified in SHA-256, and with an input', () => {
    const machine = machineOf((count) => count + 1, { initial: (input: { start: number }) => input.start })
    const run = createRun(machine, { input: { start: 5 }, format: sha256 })
    run.in.send({ type: 'X' })
    expect(openOutsideHistory(clone(run)).commits(sha256, 5).sequence).toBe(1)
    expect(thrownBy<RunError>(() => openOutsideHistory(clone(run)).commits(sha256, 6))).toMatchObject({
      code: 'HISTORY_MISMATCH',
    })
  })
})

describe('refused is a history', () => {
  const zeros = '0'.repeat(40)
  test.each<[string, (history: any) => void, string, number]>([
    ['of another format', (history) => (history.format = 'xmachines/2'), 'INVALID_HISTORY', 0],
    ['that is empty', (history) => (history.records = []), 'INVALID_HISTORY', 0],
    ['whose genesis is no record', (history) => (history.records[0] = null), 'INVALID_HISTORY', 0],
    ['whose id was changed', (history) => (history.records[0].oid = zeros), 'HISTORY_MISMATCH', 0],
    ['whose machine’s oid was changed', (history) => (history.records[0].machine.oid = zeros), 'HISTORY_MISMATCH', 0],
    ['whose createdAt was changed', (history) => history.records[0].createdAt++, 'HISTORY_MISMATCH', 0],
    ['to which an input was added', (history) => (history.records[0].input = 1), 'HISTORY_MISMATCH', 0],
    ['in which a record is not one', (history) => (history.records[2] = 7), 'INVALID_HISTORY', 2],
    ['in which an event has no type', (history) => (history.records[2].events[1] = {}), 'INVALID_HISTORY', 2],
    ['in which an event was changed', (history) => (history.records[2].events[0].by = 9), 'HISTORY_MISMATCH', 2],
    ['in which an oid was changed', (history) => (history.records[1].oid = zeros), 'HISTORY_MISMATCH', 1],
    ['in which a parent was changed', (history) => (history.records[3].parent = zeros), 'HISTORY_MISMATCH', 3],
    ['in which a record is missing', (history) => history.records.splice(2, 1), 'HISTORY_MISMATCH', 2],
    ['that ends too early', (history) => history.records.pop(), 'HISTORY_MISMATCH', 2],
    ['that says another sequence', (history) => history.sequence++, 'HISTORY_MISMATCH', 3],
    ['that says another head', (history) => (history.head = zeros), 'HISTORY_MISMATCH', 3],
  ])('%s', (_title, change, code, sequence) => {
    const run = tallyRun()
    const history = clone(run)
    change(history)
    const error = thrownBy<RunError>(() => openOutsideHistory(history).commits(recordable(run).format, 0))
    expect(error).toMatchObject({ code, sequence })
    expect(error.message).toContain(`sequence ${sequence}`)
  })

  test('that is not a history', () => {
    for (const history of [undefined, null, 7, 'text', {}]) expect(() => openOutsideHistory(history)).toThrow(TypeError)
  })
})
