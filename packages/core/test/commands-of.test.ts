/** Machines as models: random events drive something, which is held against a run. */
import { createRun } from '@xmachines/core'
import { commandsOf } from '@xmachines/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Door, type DoorEvent, door } from './machines.ts'

/** A door that somebody wrote by hand, which forgets its code if it is asked to. */
class HandMadeDoor {
  at: Door['at'] = 'closed'
  code = ''
  readonly forgetful: boolean
  constructor(forgetful: boolean) {
    this.forgetful = forgetful
  }
  take(event: DoorEvent): void {
    if (event.type === 'LOCK') [this.at, this.code] = ['locked', event.code]
    else if (event.type === 'UNLOCK') this.at = event.code === this.code || this.forgetful ? 'closed' : 'locked'
    else this.at = event.type === 'OPEN' ? 'open' : 'closed'
  }
}

const code = fc.constantFrom('1', '2')
const events = [
  fc.constantFrom<DoorEvent>({ type: 'OPEN' }, { type: 'CLOSE' }),
  code.map((given): DoorEvent => ({ type: 'LOCK', code: given })),
  code.map((given): DoorEvent => ({ type: 'UNLOCK', code: given })),
]

const command = commandsOf(door, {
  send: (event, real: HandMadeDoor) => real.take(event),
  check: ({ state }, real) => expect(real.at).toBe(state.at),
})

function property(forgetful: boolean) {
  return fc.asyncProperty(fc.commands(events.map((one) => one.map(command))), (commands) =>
    fc.asyncModelRun(() => ({ model: createRun(door), real: new HandMadeDoor(forgetful) }), commands),
  )
}

test('what behaves as the machine does holds for all events', async () => {
  await fc.assert(property(false))
})

test('what does not is found, with the fewest events that show it', async () => {
  const { failed, counterexample } = await fc.check(property(true))
  expect(failed).toBe(true)
  // Among the commands are some that were not possible, which it leaves out of the text.
  expect(fc.stringify(counterexample?.[0])).toMatch(
    /^\{"type":"LOCK","code":"(.)"\},\{"type":"UNLOCK","code":"(?!\1)."\}/,
  )
})

test('an event is sent only if the machine handles it in its state, unless a test says otherwise', async () => {
  const sent: string[] = []
  const options = { send: ({ type }: DoorEvent) => sent.push(type), check: () => undefined }
  const model = createRun(door)
  const isPossible = (type: 'OPEN' | 'CLOSE', can?: () => boolean): boolean =>
    commandsOf(door, can === undefined ? options : { ...options, can })({ type }).check(model)
  expect([isPossible('OPEN'), isPossible('CLOSE'), isPossible('CLOSE', () => true)]).toEqual([true, false, true])
  await commandsOf(door, options)({ type: 'OPEN' }).run(model, undefined)
  expect([isPossible('OPEN'), isPossible('CLOSE'), sent, model.state]).toEqual([false, true, ['OPEN'], { at: 'open' }])
})
