// RFC Run v1, section 2: machine, run, run identity.

import { createRun, defineMachine, type HistoryRecord, restoreRun } from '@xmachines/core'
import { sha256 } from '@xmachines/core/sha256'

import { all, deeplyFrozen, ok, same, throws } from './assert.ts'
import { counter, door, repeatable, sum } from './machines.ts'
import { requirement } from './registry.ts'

requirement('2.1', 'A machine gives the next state for a state and an event, and gives the same one each time', () => {
  const locked = { at: 'locked', code: '42' } as const
  const once = door.transition(locked, { type: 'UNLOCK', code: '42' }, () => undefined)
  same(once, { at: 'closed' })
  same(
    door.transition(locked, { type: 'UNLOCK', code: '42' }, () => undefined),
    once,
  )
})

requirement('2.1', 'A machine that gives two results for one event is refused', () => {
  let calls = 0
  const fickle = defineMachine<number, { type: 'ASK' }>({
    name: 'fickle',
    version: '1',
    initial: 0,
    on: { ASK: () => ++calls },
  })
  const run = createRun(fickle, { checkDeterminism: true })
  same(run.in.send({ type: 'ASK' })?.code, 'NONDETERMINISTIC')
  same(run.snapshot.current.sequence, 0)
})

requirement('2.2', 'A run is bound to exactly one machine', async () => {
  const run = createRun(door)
  same(run.machine === door, true, 'whether run.machine is the machine it was forked from')
  const assign = (): void => {
    ;(run.genesis.machine as { name: string }).name = 'other'
  }
  ok((await throws(assign, 'its machine cannot be renamed')) instanceof TypeError, 'a TypeError')
  const refusal = await throws(() => restoreRun(counter as never, run.toJSON() as never), 'another machine is refused')
  same((refusal as { code?: string }).code, 'MACHINE_MISMATCH')
})

requirement('2.2', 'A run progresses only by events', async () => {
  const run = createRun(sum)
  const before = run.snapshot.current
  await run.in.getWriter().write([])
  same(run.snapshot.current === before, true, 'whether an empty batch leaves the snapshot')
  run.in.send({ type: 'ADD', by: 1 })
  same(run.snapshot.current.sequence, 1)
})

requirement('2.2', 'The history of a run is immutable: a record never changes', async () => {
  const run = createRun(door)
  run.in.send({ type: 'LOCK', code: '42' })
  const early = await all(run.history())
  const text = JSON.stringify(early)
  deeplyFrozen(early[0], 'the genesis record')
  deeplyFrozen(early[1], 'the record of a batch')
  run.in.send([
    { type: 'UNLOCK', code: '1' },
    { type: 'UNLOCK', code: '42' },
  ])
  same(JSON.stringify((await all(run.history())).slice(0, 2)), text)
})

requirement('2.3', 'A run id is opaque: hex digits, as many as its hash has', () => {
  ok(/^[0-9a-f]{40}$/.test(createRun(door).id), 'an id has 40 hex digits with SHA-1')
  ok(/^[0-9a-f]{64}$/.test(createRun(door, { format: sha256 }).id), 'an id has 64 hex digits with SHA-256')
})

requirement('2.3', 'A run id is the Git oid of a commit with fixed bytes', async () => {
  const run = createRun(counter, repeatable)
  const blob = async (text: string): Promise<string> => await gitOid('blob', encode(text))
  const tree = async (files: [string, string][]): Promise<string> => {
    const parts: number[] = []
    for (const [name, oid] of files) parts.push(...encode(`100644 ${name}\0`), ...bytesOf(oid))
    return await gitOid('tree', new Uint8Array(parts))
  }
  const who = 'XMachines <noreply@xmachines.invalid>'
  const machineBlob = await blob('{"name":"counter","version":"1"}\n')
  const machine = await gitOid(
    'commit',
    encode(
      `tree ${await tree([['machine.json', machineBlob]])}\nauthor ${who} 0 +0000\ncommitter ${who} 0 +0000\n\nmachine counter@1\n`,
    ),
  )
  const genesisTree = await tree([
    ['initial.json', await blob('0\n')],
    ['machine.json', machineBlob],
  ])
  const genesis = await gitOid(
    'commit',
    encode(
      `tree ${genesisTree}\nparent ${machine}\nauthor ${who} 1700000000 +0000\ncommitter ${who} 1700000000 +0000\n\n` +
        `run counter@1\n\nNonce: ${'0'.repeat(32)}\n`,
    ),
  )
  same(run.id, genesis)
  run.in.send({ type: 'INC' })
  const batch = await gitOid(
    'commit',
    encode(
      `tree ${genesisTree}\nparent ${genesis}\nauthor ${who} 1700000000 +0000\ncommitter ${who} 1700000001 +0000\n\n` +
        '{"type":"INC"}\n',
    ),
  )
  same(run.head, batch)
})

requirement('2.3', 'A run id is computed without Git, and is the same on every platform', () => {
  same(createRun(door, repeatable).id, '5f3fc3b7e0f86d6bb0c12ecb22c9af28c67c375f')
})

requirement('2.3', 'A run id never changes, also when the run is stored and restored', () => {
  const run = createRun(door)
  const { id } = run
  run.in.send({ type: 'OPEN' })
  same(run.id, id)
  const restored = restoreRun(door, JSON.parse(JSON.stringify(run)))
  same([restored.id, restored.head], [id, run.head])
})

requirement('2.3', 'Two runs of one machine have different ids, and a history names its object format', async () => {
  ok(createRun(door).id !== createRun(door).id, 'the ids differ')
  const [genesis] = (await all(createRun(door, { format: sha256 }).history())) as [HistoryRecord<never>]
  same((genesis as { format?: string }).format, 'sha256')
})

/** The oid of an object by the platform's own SHA-1, independent of the engine's. */
async function gitOid(type: string, content: Uint8Array): Promise<string> {
  const header = encode(`${type} ${content.length}\0`)
  const bytes = new Uint8Array(header.length + content.length)
  bytes.set(header)
  bytes.set(content, header.length)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function bytesOf(hex: string): number[] {
  return Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16))
}
