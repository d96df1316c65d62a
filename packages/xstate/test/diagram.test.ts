/** The diagram of a chart: its states in states, its arrows, and what is active. */
import { createRun } from '@xmachines/core'
import { fromXState } from '@xmachines/xstate'
import { diagramOf, diagramToMermaid } from '@xmachines/xstate/diagram'
import { expect, test } from 'vitest'
import { and, assign, fromPromise, not, setup } from 'xstate'

const order = setup({
  types: { context: {} as { tries: number } },
  actors: { pay: fromPromise(async () => 'paid') },
  guards: { isPaid: () => true, isLate: () => false },
  delays: { patience: 1000 },
}).createMachine({
  id: 'order',
  version: '1',
  context: { tries: 0 },
  initial: 'open',
  on: { CANCEL: '.gone', LOG: { actions: assign({ tries: 0 }) }, NOTHING: {} },
  states: {
    open: {
      initial: 'empty',
      states: { empty: { on: { ADD: 'full' } }, full: {}, last: { type: 'history' }, deepest: { history: 'deep' } },
      on: { SEND: [{ guard: 'isPaid', target: 'sent' }, { target: 'checking' }] },
      after: { 500: 'gone', patience: 'gone' },
    },
    checking: {
      always: { guard: and(['isPaid', not('isLate')]), target: 'sent' },
      invoke: { src: 'pay', onDone: 'sent', onError: { guard: () => true, target: 'open.last' } },
    },
    sent: {
      type: 'parallel',
      states: {
        parcel: { initial: 'moving', states: { moving: { on: { 'parcel.*': 'there' } }, there: { type: 'final' } } },
        bill: { initial: 'unpaid', states: { unpaid: { on: { '*': 'closed' } }, closed: { type: 'final' } } },
      },
      onDone: 'the end',
    },
    'the end': { type: 'final' },
    gone: { type: 'final' },
  },
})

test('a diagram has every state of a chart with its kind, and what takes every arrow', () => {
  const { states, arrows } = diagramOf(order)
  expect(states.map(({ id, kind, isInitial }) => `${id}: ${kind}${isInitial ? ', initial' : ''}`)).toEqual([
    'order.open: compound, initial',
    'order.open.empty: atomic, initial',
    'order.open.full: atomic',
    'order.open.last: history',
    'order.open.deepest: deep history',
    'order.checking: atomic',
    'order.sent: parallel',
    'order.sent.parcel: compound',
    'order.sent.parcel.moving: atomic, initial',
    'order.sent.parcel.there: final',
    'order.sent.bill: compound',
    'order.sent.bill.unpaid: atomic, initial',
    'order.sent.bill.closed: final',
    'order.the end: final',
    'order.gone: final',
  ])
  expect(arrows.map(({ from, to, label }) => `${from} → ${to}: ${label}`)).toEqual([
    'undefined → order.gone: CANCEL',
    'undefined → undefined: LOG',
    'order.open → order.sent: SEND [isPaid]',
    'order.open → order.checking: SEND',
    'order.open → order.gone: after 500 ms',
    'order.open → order.gone: after patience',
    'order.open.empty → order.open.full: ADD',
    'order.checking → order.sent: done of pay',
    'order.checking → order.open.last: error of pay [guard]',
    'order.checking → order.sent: always [and(isPaid, not(isLate))]',
    'order.sent → order.the end: done',
    'order.sent.parcel.moving → order.sent.parcel.there: parcel.*',
    'order.sent.bill.unpaid → order.sent.bill.closed: *',
  ])
})

test('as Mermaid text, states are in states, regions side by side, and arrows between the same states share a line', () => {
  const text = diagramToMermaid(diagramOf(order))
  expect(text).toMatch(/^stateDiagram-v2\n/)
  expect(text).toContain(
    [
      'state "sent" as s6',
      'state s6 {',
      '  state "parcel" as s7',
      '  state s7 {',
      '    state "moving" as s8',
      '    [*] --> s8',
      '    state "there" as s9',
      '    s9 --> [*]',
      '  }',
      '  --',
      '  state "bill" as s10',
    ].join('\n'),
  )
  expect(text).toContain('s0 --> s14: CANCEL, after 500 ms, after patience')
  expect(text).toContain('s5 --> s3: error of pay #91;guard#93;')
})

test('a machine of a chart brings its diagram, for whoever draws it', async () => {
  const outline = await fromXState(order).graph.outline?.()
  const { states, arrows } = diagramOf(order)
  expect(outline).toMatchObject({ states, arrows })
  expect(outline?.activeIn(createRun(fromXState(order)).state)).toEqual(['order.open', 'order.open.empty'])
})

test('an arrow has the event that takes it, and none if it is taken inside of a step', () => {
  const { arrows } = diagramOf(order)
  const eventOf = (text: string) => arrows.find(({ label }) => label === text)?.event
  const labels = ['SEND', 'parcel.*', '*', 'done', 'always [and(isPaid, not(isLate))]', 'after 500 ms', 'done of pay']
  expect(labels.map(eventOf)).toEqual([
    'SEND',
    'parcel.*',
    '*',
    '',
    '',
    'xstate.after.500.order.open',
    'xstate.done.actor.0.order.checking',
  ])
})

test('all states of a run are active: those around the innermost, and one in each region', () => {
  const { activeIn } = diagramOf(order)
  const run = createRun(fromXState(order))
  expect(activeIn(run.state)).toEqual(['order.open', 'order.open.empty'])
  run.in.send({ type: 'SEND' })
  expect(activeIn(run.state)).toEqual([
    'order.sent',
    'order.sent.parcel',
    'order.sent.parcel.moving',
    'order.sent.bill',
    'order.sent.bill.unpaid',
  ])
})
