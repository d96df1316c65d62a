/** RFC 8785, seen through the oid of a state: the blob of its canonical JSON and a line end. */
import { createHash } from 'node:crypto'
import { createRun } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { machineOf } from './machines.ts'

/** Appendix B of RFC 8785: an IEEE 754 double in hex, and how it is written. */
const numbers: [hex: string, text: string][] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
]

describe('a number', () => {
  test.each(numbers)('%s is written as %s', (hex, text) => {
    expect(stateOid(doubleOf(hex))).toBe(blobOid(text))
    expect(stateOid({ n: [doubleOf(hex)] })).toBe(blobOid(`{"n":[${text}]}`))
  })

  test.each(['7fffffffffffffff', '7ff0000000000000', 'fff0000000000000'])('%s is refused', (hex) => {
    expect(() => stateOid(doubleOf(hex))).toThrow(/NaN|Infinity/)
  })
})

test('text is escaped as little as can be, and stands in UTF-8', () => {
  const text = '\u20ac$\u000f\nA\'B"\\\\"/'
  expect(stateOid(text)).toBe(blobOid('"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'))
  expect(stateOid('\b\t\n\f\r\u0000\u001f\u007f\u0080\u2028 😀')).toBe(
    blobOid('"\\b\\t\\n\\f\\r\\u0000\\u001f\u007f\u0080\u2028 😀"'),
  )
})

test('members are sorted by their UTF-16 code units', () => {
  const members = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  }
  expect(stateOid(members)).toBe(
    blobOid(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis",' +
        '"\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    ),
  )
  expect(stateOid({ peach: 1, péché: 2, pêche: 3, sin: 4, '10': 5, '9': 6 })).toBe(
    blobOid('{"10":5,"9":6,"peach":1,"péché":2,"pêche":3,"sin":4}'),
  )
})

test('a structure is written without white space, its literals and arrays as they are', () => {
  const structure = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\u0022/",
    literals: [null, true, false],
    '': { d: [{}, []], c: 56 },
    absent: undefined,
  }
  expect(stateOid(structure)).toBe(
    blobOid(
      '{"":{"c":56,"d":[{},[]]},"literals":[null,true,false],' +
        '"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ),
  )
})

function stateOid(state: unknown): string {
  return createRun(machineOf((before) => before, { initial: () => structuredClone(state) })).toJSON().state
}

/** Node’s own SHA-1, so that what is compared has nothing of the engine in it. */
function blobOid(canonical: string): string {
  const content = Buffer.from(`${canonical}\n`)
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')
}

function doubleOf(hex: string): number {
  return Buffer.from(hex, 'hex').readDoubleBE()
}
