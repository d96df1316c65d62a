import { runInNewContext } from 'node:vm'
import { act, render } from '@testing-library/react'
import { shallow, useSnapshot } from '@xmachines/react'
import { Profiler } from 'react'
import { expect, test } from 'vitest'
import { run, ScoreBoard } from './examples/shallow.tsx'

const inner = { deep: 1 }
class Score {
  readonly home = 1
}

test.each<[one: unknown, other: unknown]>([
  [1, 1],
  [Number.NaN, Number.NaN],
  [null, null],
  [inner, inner],
  [[], []],
  [
    [1, 'a', inner],
    [1, 'a', inner],
  ],
  [{}, {}],
  [
    { a: 1, b: inner },
    { b: inner, a: 1 },
  ],
  [{ a: Number.NaN }, { a: Number.NaN }],
  [Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  [runInNewContext('({ a: 1 })'), { a: 1 }],
  [runInNewContext('[1, 2]'), [1, 2]],
])('%o and %o are equal', (one, other) => {
  expect([shallow(one, other), shallow(other, one)]).toEqual([true, true])
})

test.each<[one: unknown, other: unknown]>([
  [1, '1'],
  [0, -0],
  [null, undefined],
  [null, {}],
  [[], {}],
  [[1], { 0: 1 }],
  [[1], [1, 2]],
  [[{ deep: 1 }], [{ deep: 1 }]],
  [{ a: 1 }, { a: 1, b: undefined }],
  [{ a: undefined }, { b: undefined }],
  [{ toString: undefined }, { a: 1 }],
  [{ a: { deep: 1 } }, { a: { deep: 1 } }],
  [new Date(0), new Date(0)],
  [new Map(), new Map()],
  [new Score(), new Score()],
])('%o and %o differ', (one, other) => {
  expect([shallow(one, other), shallow(other, one)]).toEqual([false, false])
})

test('a selection that is made anew renders again only if a part of it changes', () => {
  let renders = 0
  const { container } = render(
    <Profiler id="board" onRender={() => renders++}>
      <ScoreBoard />
    </Profiler>,
  )
  act(() => void run.in.send([{ type: 'MINUTE' }]))
  act(() => void run.in.send([{ type: 'MINUTE' }]))
  expect([container.textContent, renders]).toEqual(['0 : 0', 1])
  act(() => void run.in.send([{ type: 'GOAL', by: 'guests' }]))
  expect([container.textContent, renders]).toEqual(['0 : 1', 2])
})

test('its type is that of the selection', () => {
  function Board() {
    // @ts-expect-error -- a selection has one type
    shallow({ home: 1 }, 'home')
    return useSnapshot(run, ({ state }) => ({ home: state.home }), shallow).home
  }
  expect(render(<Board />).container.textContent).toBe('0')
})
