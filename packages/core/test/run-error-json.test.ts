/** A refusal that crosses a wire or a thread as plain data, and becomes a RunError again. */
import { createRun, RunError } from '@xmachines/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { add, breaks, fail, finish, runOf, tally } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { take } from './streams.ts'
import { thrownBy } from './thrown.ts'

expectBugs()

const throughJson = (error: RunError): RunError => RunError.fromJSON(JSON.parse(JSON.stringify(error)))

describe('RunError.fromJSON', () => {
  test('gives an error of the same members, frozen', () => {
    const run = createRun(tally)
    run.in.send(add())
    const error = run.in.send([add(), fail]) as RunError
    const copy = throughJson(error)
    expect(copy).toBeInstanceOf(RunError)
    expect(copy).toBeInstanceOf(Error)
    expect(Object.isFrozen(copy)).toBe(true)
    expect([copy.name, copy.code, copy.run, copy.sequence, copy.index, copy.fatal, copy.dropped]).toEqual([
      'RunError',
      'TRANSITION_FAILED',
      run.id,
      1,
      1,
      false,
      undefined,
    ])
    expect(copy.batch).toEqual([add(), fail])
    expect(Object.isFrozen(copy.batch?.[0])).toBe(true)
    expect(copy.message).toBe(error.toJSON()['message'])
    expect(copy.toJSON()).toEqual(error.toJSON())
    expect(() => ((copy as { code: string }).code = 'X')).toThrow(TypeError)
  })

  test('keeps that an error is fatal, and how many were dropped', async () => {
    expect(throughJson(createRun(tally).in.send(breaks) as RunError).fatal).toBe(true)
    const run = createRun(tally)
    for (let count = 0; count < 300; count++) run.in.send(fail)
    const [missed] = await take(run.err, 1)
    expect(throughJson(missed as RunError)).toMatchObject({ code: 'ERRORS_DROPPED', dropped: 44, run: run.id })
  })

  test('takes what has only a code and a message, and ignores members that it does not know', () => {
    const error = RunError.fromJSON({ code: 'RUN_DONE', message: 'done', status: 409, threw: 'x', cause: 'y' })
    expect(error.toJSON()).toEqual({ name: 'RunError', code: 'RUN_DONE', message: 'done', fatal: false })
    expect(error.run).toBeUndefined()
  })

  test('takes a code of a later version', () => {
    expect(RunError.fromJSON({ code: 'TOO_LATE', message: 'm' }).code).toBe('TOO_LATE')
  })

  test('copies what it is given', () => {
    const json = { code: 'REENTRANT', message: 'm', batch: [{ type: 'X', list: [1] }] }
    const error = RunError.fromJSON(json)
    json.batch[0]!.list.push(2)
    expect(error.batch).toEqual([{ type: 'X', list: [1] }])
  })

  const valid = { code: 'INVALID_STATE', message: 'm' }
  test.each<[string, unknown, typeof TypeError | typeof RangeError, RegExp]>([
    ['nothing', undefined, TypeError, /json is undefined; it must be what toJSON\(\) of a RunError gives, parsed/],
    ['null', null, TypeError, /json is null; it must be/],
    ['text', '{"code":"REENTRANT"}', TypeError, /json is "\{.*parsed/],
    ['an array', [], TypeError, /json is an array; it must be/],
    ['no code', { message: 'm' }, TypeError, /json\.code is undefined; it must be a string/],
    ['a code that is a number', { ...valid, code: 1 }, TypeError, /json\.code is 1; it must be a string/],
    [
      'a code that is none',
      { ...valid, code: 'not a code' },
      RangeError,
      /json\.code is "not a code"; it must be a code such as INVALID_EVENT/,
    ],
    ['no message', { code: 'RUN_DONE' }, TypeError, /json\.message is undefined; it must be a string/],
    ['a run that is no text', { ...valid, run: 1 }, TypeError, /json\.run is 1; it must be a string/],
    ['a sequence that is text', { ...valid, sequence: '1' }, TypeError, /json\.sequence is "1"; it must be a number/],
    [
      'a sequence below 0',
      { ...valid, sequence: -1 },
      RangeError,
      /json\.sequence is -1; it must be a whole number from 0/,
    ],
    ['an index with a fraction', { ...valid, index: 0.5 }, RangeError, /json\.index is 0\.5; it must be a whole/],
    ['dropped that is null', { ...valid, dropped: null }, TypeError, /json\.dropped is null; it must be a number/],
    ['a batch that is an object', { ...valid, batch: {} }, TypeError, /json\.batch is an object; it must be an array/],
    ['fatal that is text', { ...valid, fatal: 'yes' }, TypeError, /json\.fatal is "yes"; it must be a boolean/],
    ['a reason that is a number', { ...valid, reason: 1 }, TypeError, /json\.reason is 1; it must be a string/],
    ['what is no plain data', { ...valid, batch: [new Date(0)] }, TypeError, /json\.batch\[0\] is a Date/],
    ['a RunError', new RunError('RUN_DONE', 'done'), TypeError, /json is a RunError; .*use/],
  ])('refuses %s', (_title, json, kind, message) => {
    const thrown = thrownBy(() => RunError.fromJSON(json))
    expect(thrown).toBeInstanceOf(kind)
    expect(thrown.message).toMatch(message)
  })

  test('and toJSON are each other’s opposite', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 })
    const value = fc
      .jsonValue({ maxDepth: 3, noUnicodeString: false })
      .map((json): unknown => JSON.parse(JSON.stringify(json).replaceAll('__proto__', 'proto').replaceAll('-0', '0')))
    const count = fc.nat()
    const json = fc.record(
      {
        name: fc.constant('RunError'),
        code: fc.constantFrom('INVALID_EVENT', 'RUN_DONE', 'NONDETERMINISTIC', 'REPLAY_FAILED', 'ERRORS_DROPPED'),
        message: text,
        fatal: fc.boolean(),
        run: fc.constantFrom('6247fc83'.repeat(5), '6247fc83'.repeat(8)),
        sequence: count,
        batch: fc.array(fc.record({ type: text, value }), { maxLength: 3 }),
        index: count,
        dropped: count,
        reason: text,
        details: value,
      },
      { requiredKeys: ['name', 'code', 'message', 'fatal'] },
    )
    fc.assert(
      fc.property(json, (given) => {
        const error = RunError.fromJSON(given)
        expect(error.toJSON()).toEqual(given)
        expect(throughJson(error).toJSON()).toEqual(given)
      }),
    )
  })

  test('of every refusal of a run gives its toJSON again', () => {
    const run = runOf((state, event) => {
      if (event.type === 'THROW') throw event.value
      return event.type === 'DATE' ? new Date(0) : state
    })
    const refusals = [
      run.in.send(1 as never),
      run.in.send([{ type: 'X' }, { type: 'THROW', value: 'text' }]),
      run.in.send({ type: 'DATE' }),
      run.in.send({ type: 'X', value: 1n }),
    ]
    const done = createRun(tally)
    done.in.send(finish)
    for (const refusal of [...refusals, done.in.send(add())] as RunError[]) {
      expect(throughJson(refusal).toJSON()).toEqual(refusal.toJSON())
    }
  })
})
