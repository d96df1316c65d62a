import { describe, expect, it } from 'vitest'

import { decodeOffset, encodeOffset } from '../src/wire/offset.ts'

const oid = 'a'.repeat(40)

describe('an offset', () => {
  it('is read as it was written', () => {
    const offset = { sequence: 12, oid }
    expect(encodeOffset(offset)).toBe(`0000000000000012-${oid}`)
    expect(decodeOffset(encodeOffset(offset))).toEqual(offset)
  })

  it('sorts as its sequence does', () => {
    const texts = [9, 10, 100, 99].map((sequence) => encodeOffset({ sequence, oid }))
    expect(texts.toSorted().map((text) => decodeOffset(text)?.sequence)).toEqual([9, 10, 99, 100])
  })

  it.each(['', '-1', 'now', '12', `12-${oid}`, `0000000000000012-${oid}0`, `9999999999999999-${oid}`])(
    'is not %j',
    (text) => {
      expect(decodeOffset(text)).toBeUndefined()
    },
  )
})
