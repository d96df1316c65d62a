/** An undoable machine has the events of the machine, and UNDO and REDO. */
import { createRun, defineMachine, type Machine } from '@xmachines/core'
import { type Undoable, type UndoEvent, undoable } from '@xmachines/core/undo'
import { expectTypeOf, test } from 'vitest'

type Event = { type: 'ADD'; by: number } | { type: 'SELECT' }
const sum = defineMachine<number, Event, { type: 'added' }, { from: number }>({
  name: 'sum',
  version: '1',
  initial: ({ from }) => from,
  on: {},
})

test('its types are those of the machine', () => {
  const machine = undoable(sum, { events: ['ADD'] })
  expectTypeOf(machine).toEqualTypeOf<
    Machine<Undoable<number>, Event | UndoEvent, { type: 'added' }, { from: number }>
  >()
  const run = createRun(machine, { input: { from: 1 } })
  run.in.send({ type: 'UNDO' })
  expectTypeOf(run.state.past).toEqualTypeOf<readonly number[]>()
  // @ts-expect-error -- no such event
  run.in.send({ type: 'UNDONE' })
  // @ts-expect-error -- no such event makes a step
  undoable(sum, { events: ['SUBTRACT'] })
  undoable(sum, { events: (event) => event.type === 'ADD' && event.by > 0 })
})
