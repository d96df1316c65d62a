/** A batch whose text no commit could hold is refused where it is written, and not where its oid is asked for. */
import { createRun, defineMachine, restoreRun, type StandardSchema } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { expectBugs } from './quiet.ts'

expectBugs()

type Note = { readonly type: 'NOTE'; readonly text?: string }

const counting = { name: 'notes', version: '1', initial: 0, transition: (count: number) => count + 1 }
const notes = defineMachine<number, Note>(counting)
const note = (text: string): Note => ({ type: 'NOTE', text })
const long = 'y'.repeat(30_000_000)

describe('a batch of more text than a commit may have', () => {
  const refused = (where: string) => ({
    code: 'INVALID_EVENT',
    sequence: 0,
    message: expect.stringContaining(`${where} brings more than 1000000 values of up to 80 characters; write less`),
  })

  test('is refused by send and by write, and nothing of it is kept', async () => {
    const run = createRun(notes)
    const batch = [note(long), note(long), note(long)]
    expect(run.in.send(batch)).toMatchObject(refused('batch[2].text'))
    const errors = run.err.getReader()
    expect((await errors.read()).value).toMatchObject(refused('batch[2].text'))
    const writer = run.in.getWriter()
    await writer.write(batch)
    expect((await errors.read()).value).toMatchObject(refused('batch[2].text'))
    await writer.write(note('short'))
    expect(run.toJSON().records).toHaveLength(2)
  })

  test('is refused of one event, in its text and in its keys', () => {
    const run = createRun(notes)
    expect(run.in.send(note(long.repeat(3)))).toMatchObject(refused('event.text'))
    const keys = Object.fromEntries([1, 2, 3].map((at) => [long + at, at]))
    expect(run.in.send({ type: 'NOTE', ...keys } as never)).toMatchObject({ code: 'INVALID_EVENT' })
    expect(run.snapshot.current.sequence).toBe(0)
  })

  test('is refused if a schema made it', () => {
    const events: StandardSchema<Note> = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ value: note(long.repeat(3)) }) },
    }
    const run = createRun(defineMachine<number, Note>({ ...counting, events }))
    expect(run.in.send(note('short'))).toMatchObject({ code: 'SCHEMA_MISMATCH' })
  })

  test('is refused of a history', () => {
    const run = createRun(notes)
    run.in.send(note('short'))
    const [genesis, record] = run.toJSON().records
    const forged = [genesis!, { ...record!, events: [note(long), note(long), note(long)] }]
    expect(() => restoreRun(notes, forged as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_HISTORY', sequence: 1 }),
    )
  })
})

test('a batch of as much text as it may have gets its oid', () => {
  const run = createRun(notes)
  expect(run.in.send([note(long), note(long)])).toBeUndefined()
  expect(run.head).toHaveLength(40)
})
