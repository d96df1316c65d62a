/** Sets of ports that nobody holds are collected, seen in a process that collects garbage on demand. */
import { expect, test } from 'vitest'
import { runModule } from './child.ts'

const source = `
import { createRun, defineMachine } from '@xmachines/core'
const machine = defineMachine<number, { type: 'INC' }, { n: number }>({
  name: 'counter', version: '1', initial: 0,
  on: { INC: (n, _event, emit) => (emit({ n: n + 1 }), n + 1) },
})
const run = createRun(machine)
const dropped: WeakRef<object>[] = []
const held: ReadableStream<unknown>[] = []

async function drop(): Promise<void> {
  for (let round = 0; round < 100; round++) {
    const set = run.ports({ from: 'start' })
    const { in: input, out, err, snapshot } = set
    const writer = input.getWriter()
    await writer.write({ type: 'INC' })
    await out.getReader().read()
    await snapshot.getReader().read()
    err.getReader()
    snapshot.subscribe(() => undefined)
    dropped.push(new WeakRef(set), new WeakRef(input), new WeakRef(out), new WeakRef(err), new WeakRef(snapshot))
    if (round % 50 === 0) held.push(run.ports({ from: 'start' }).out)
  }
}
await drop()
let left = dropped.length
for (let round = 0; round < 20 && left > 0; round++) {
  await new Promise((resolve) => setImmediate(resolve))
  globalThis.gc()
  left = dropped.filter((ref) => ref.deref() !== undefined).length
}
const values = await Promise.all(held.map(async (out) => (await out.getReader().read()).value))
console.log(JSON.stringify({ dropped: dropped.length, left, values, state: run.snapshot.current.state }))
`

test('sets of ports that nobody holds are collected, and a set of which a port is held continues', () => {
  const { dropped, left, values, state } = JSON.parse(runModule(source, { flags: ['--expose-gc'] }))
  expect(dropped).toBe(500)
  expect(left).toBe(0)
  expect(values).toEqual([{ n: 1 }, { n: 1 }])
  expect(state).toBe(100)
})

test('a run that is dropped is collected, and keeps no process alive', () => {
  const shown = runModule(
    `
import { createRun, defineMachine, handleOutputs, waitFor } from '@xmachines/core'
const machine = defineMachine<number, { type: 'INC' }>({ name: 'm', version: '1', initial: 0, on: { INC: (n) => n + 1 } })
const refs: WeakRef<object>[] = []
function drop() {
  for (let round = 0; round < 100; round++) {
    const run = createRun(machine)
    run.snapshot.subscribe(() => undefined)
    run.in.send({ type: 'INC' })
    void waitFor(run, ({ state }) => state === 9)
    void handleOutputs(run, {})
    run.history({ follow: true }).getReader()
    refs.push(new WeakRef(run))
  }
}
drop()
for (let round = 0; round < 20; round++) {
  await new Promise((resolve) => setImmediate(resolve))
  globalThis.gc()
}
console.log(refs.filter((ref) => ref.deref() !== undefined).length)
`,
    { flags: ['--expose-gc'] },
  )
  expect(shown.trim()).toBe('0')
})

test('a reader that leaves while it waits is released, even if nothing more is committed', () => {
  const shown = runModule(
    `
import { createRun, defineMachine } from '@xmachines/core'
const machine = defineMachine<number, { type: 'INC' }>({ name: 'm', version: '1', initial: 0, on: { INC: (n) => n + 1 } })
const run = createRun(machine)
const refs: WeakRef<object>[] = []
async function drop() {
  for (let round = 0; round < 100; round++) {
    const { out, err } = run.ports()
    for (const stream of [out, err, run.history({ from: 1, follow: true })]) {
      const reader = stream.getReader()
      void reader.read()
      await reader.cancel()
      refs.push(new WeakRef(stream))
    }
  }
}
await drop()
for (let round = 0; round < 20; round++) {
  await new Promise((resolve) => setImmediate(resolve))
  globalThis.gc()
}
console.log(refs.length, refs.filter((ref) => ref.deref() !== undefined).length, run.snapshot.current.sequence)
`,
    { flags: ['--expose-gc'] },
  )
  expect(shown.trim()).toBe('300 0 0')
})
