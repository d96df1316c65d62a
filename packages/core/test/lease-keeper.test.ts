/** A lease without a common clock: it excludes, runs out by the clock of whoever wants it, and is not renewed once it was given back. */
import { type LeaseCells, type LeaseRecord, leaseKeeper, StoreError } from '@xmachines/core/store'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

const TTL = 900
const options = (owner: string) => ({ owner, ttl: TTL })

/** One record, and a line to it that can be cut. */
function cell() {
  let record: LeaseRecord = { owner: undefined, ttl: 0, beat: 0, settled: 0 }
  const line = { isCut: false }
  const reach = (): void => {
    if (line.isCut) throw new StoreError('UNAVAILABLE', 'the line is cut')
  }
  const cellsOn = (given: { readonly isCut: boolean } = { isCut: false }): LeaseCells => ({
    async read() {
      if (given.isCut) reach()
      return record
    },
    async swap(_id, expectedBeat, next) {
      if (given.isCut) reach()
      if (record.beat !== expectedBeat) return false
      record = next
      return true
    },
  })
  return { line, cut: cellsOn(line), sound: cellsOn(), record: () => record }
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

describe('a lease', () => {
  test('is kept while it is renewed, and is free at once when it is given back', async () => {
    const { sound } = cell()
    const [one, other] = [leaseKeeper(sound), leaseKeeper(sound)]
    const mine = await one.take('run', options('one'))
    for (let round = 0; round < 10; round++) {
      expect(await other.take('run', options('other'))).toBeUndefined()
      await vi.advanceTimersByTimeAsync(TTL / 2)
    }
    await mine?.settle(3)
    await mine?.release()
    expect((await other.take('run', options('other')))?.settled).toBe(3)
  })

  test('runs out for both sides once its owner cannot reach the store', async () => {
    const { sound, cut, line } = cell()
    const mine = await leaseKeeper(cut).take('run', options('one'))
    const other = leaseKeeper(sound)
    expect(await other.take('run', options('other'))).toBeUndefined()
    line.isCut = true
    await vi.advanceTimersByTimeAsync(TTL)
    expect(mine?.signal.reason).toHaveProperty('code', 'LEASE_LOST')
    line.isCut = false
    expect(await other.take('run', options('other'))).toMatchObject({ settled: 0 })
    await expect(mine?.settle(1)).rejects.toHaveProperty('code', 'LEASE_LOST')
  })

  test('can be taken by who waited as long as it said, renewed meanwhile or not', async () => {
    const { sound, cut, line } = cell()
    const [one, other] = [leaseKeeper(cut), leaseKeeper(sound)]
    expect(await other.remaining('run')).toBe(0)
    await one.take('run', options('one'))
    expect(await other.remaining('run')).toBe(TTL)
    await vi.advanceTimersByTimeAsync(TTL / 2)
    // It was renewed at a third. The one who waits sees that now, and counts from here.
    line.isCut = true
    expect(await other.remaining('run')).toBe(TTL)
    await vi.advanceTimersByTimeAsync(TTL - 1)
    expect(await other.take('run', options('other'))).toBeUndefined()
    await vi.advanceTimersByTimeAsync(await other.remaining('run'))
    expect(await other.take('run', options('other'))).toBeDefined()
  })

  test('is not renewed after a release that the store did not get, so that it runs out', async () => {
    const { sound, cut, line, record } = cell()
    const mine = await leaseKeeper(cut).take('run', options('one'))
    line.isCut = true
    await expect(mine?.release()).rejects.toHaveProperty('code', 'UNAVAILABLE')
    expect(mine?.signal.aborted).toBe(true)
    line.isCut = false
    const { beat } = record()
    const other = leaseKeeper(sound)
    expect(await other.take('run', options('other'))).toBeUndefined()
    await vi.advanceTimersByTimeAsync(TTL)
    expect(record().beat).toBe(beat)
    expect(await other.take('run', options('other'))).toBeDefined()
  })

  test('of two takers at one moment, one gets it', async () => {
    const { sound } = cell()
    const taken = await Promise.all(
      ['one', 'other', 'third'].map((owner) => leaseKeeper(sound).take('run', options(owner))),
    )
    expect(taken.filter((lease) => lease !== undefined)).toHaveLength(1)
  })
})
