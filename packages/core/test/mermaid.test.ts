/** A machine as a picture. */
import { defineMachine, to, toMermaid } from '@xmachines/core'
import { expect, test } from 'vitest'
import { door, tally } from './machines.ts'

test('a machine is drawn with its states, events, declared targets and ends', () => {
  type State = { at: 'idle' } | { at: 'busy'; n: number } | { at: 'done' }
  type Event = { type: 'START' } | { type: 'TICK' } | { type: 'STOP' } | { type: 'RESET' }
  const machine = defineMachine<State, Event>({
    name: 'm',
    version: '1',
    initial: { at: 'idle' },
    states: {
      idle: { START: to(['busy'], () => ({ at: 'busy', n: 0 })) },
      busy: { TICK: to(['busy', 'done'], (state) => state), STOP: (state) => state, RESET: 'idle' },
      done: {},
    },
    on: { RESET: 'idle' },
    final: ['done'],
  })
  expect(toMermaid(machine).split('\n')).toEqual([
    'stateDiagram-v2',
    '[*] --> idle',
    'idle --> idle: RESET',
    'idle --> busy: START',
    'busy --> busy: TICK, STOP ?',
    'busy --> done: TICK',
    'busy --> idle: RESET',
    'done --> [*]',
    '',
  ])
})

test('events that lead the same way share an arrow', () => {
  const machine = defineMachine<{ at: 'off' } | { at: 'on' }, { type: 'PUSH' } | { type: 'PULL' } | { type: 'WAIT' }>({
    name: 'm',
    version: '1',
    initial: { at: 'off' },
    states: { off: { PUSH: 'on', PULL: 'on' }, on: { PUSH: 'off' } },
    on: { WAIT: to(['on'], () => ({ at: 'on' })) },
  })
  expect(toMermaid(machine).split('\n').slice(2, -1)).toEqual([
    'off --> on: WAIT, PUSH, PULL',
    'on --> on: WAIT',
    'on --> off: PUSH',
  ])
})

test('the door is drawn with the targets that it declares', () => {
  expect(toMermaid(door)).toBe(
    `stateDiagram-v2
[*] --> closed
closed --> open: OPEN
closed --> closed: LOCK ?
open --> closed: CLOSE
locked --> closed: UNLOCK
locked --> locked: UNLOCK
`,
  )
})

test('names that Mermaid would read otherwise are drawn as labels', () => {
  type State = { at: 'end' } | { at: 'two words' } | { at: '"; x' }
  const machine = defineMachine<State, { type: 'a:b' }>({
    name: 'm',
    version: '1',
    initial: { at: 'end' },
    states: { end: { 'a:b': 'two words' }, 'two words': {}, '"; x': {} },
  })
  const lines = toMermaid(machine).split('\n')
  expect(lines).toContain('state "end" as state0')
  expect(lines).toContain('state "two words" as state1')
  expect(lines).toContain('state "#34;#59; x" as state2')
  expect(lines).toContain('[*] --> state0')
  expect(lines).toContain('state0 --> state1: a#58;b')
})

test('a machine without states is an empty picture', () => {
  expect(toMermaid(tally)).toBe('stateDiagram-v2\n')
})
