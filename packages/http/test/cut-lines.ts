/** Two servers on one store, with two clients each, whose connections are cut: what must hold, for tests and the soak. */
import { defineMachine, refuse } from '@xmachines/core'
import { expect } from 'vitest'
import { serve } from './calls.ts'
import { type Cut, connect, lineTo } from './client.ts'
import { type Kind, openTwo } from './places.ts'

export type StockEvent =
  /** A batch that no other is equal to. */
  | { type: 'NOTED'; by: string }
  /** One that is equal to many others. */
  | { type: 'ADDED' }
  /** One that is refused if nothing is left. */
  | { type: 'TAKEN'; by: string }

interface Stock {
  readonly left: number
  readonly noted: readonly string[]
}

const stock = defineMachine<Stock, StockEvent, { type: 'taken'; by: string }>({
  name: 'stock',
  version: '1',
  initial: { left: 1, noted: [] },
  on: {
    NOTED: (state, { by }) => ({ ...state, noted: [...state.noted, by] }),
    ADDED: (state) => ({ ...state, left: state.left + 1 }),
    TAKEN: (state, { by }, emit) => {
      if (state.left === 0) refuse('Nothing is left.')
      emit({ type: 'taken', by })
      return { ...state, left: state.left - 1 }
    },
  },
})

export interface Send {
  readonly kind: 'send'
  readonly client: number
  readonly type: StockEvent['type']
  readonly isBatch: boolean
}

export interface Disturb {
  readonly kind: 'drop' | 'wait'
  readonly client: number
}

/** Has four clients send and be disturbed, with the first requests cut as planned, and checks what has become of each batch. */
export async function everyBatchOnce(
  given: readonly (Send | Disturb)[],
  planned: readonly (Cut | undefined)[],
  kind: Kind | 'memory' = 'memory',
): Promise<void> {
  const { stores, end } = await openTwo(kind)
  const [store] = stores
  const servers = [serve({ store, machines: [stock] }), serve({ store: stores[1], machines: [stock] })] as const
  const id = await servers[0].newRun('stock@1')
  let asked = 0
  const lines = servers.flatMap((server) => [lineTo(server.handler), lineTo(server.handler)])
  for (const line of lines) line.cut = () => planned[asked++]
  const clients = await Promise.all(lines.map((line, at) => connect(servers[at < 2 ? 0 : 1], id, stock, { line })))
  const refused = clients.map(() => [] as string[])
  const unsubscribe = clients.map((client) => client.snapshot.subscribe(() => undefined))
  for (const [at, client] of clients.entries()) {
    void client.err.pipeTo(new WritableStream({ write: ({ batch }) => void refused[at]?.push(textOf(batch)) }))
  }
  const sent = clients.map(() => [] as string[])
  let count = 0
  for (const step of given) {
    const client = clients[step.client]!
    if (step.kind === 'drop') lines[step.client]?.drop()
    if (step.kind === 'wait') await new Promise((resolve) => setTimeout(resolve))
    if (step.kind === 'send') {
      const by = `${step.client}/${++count}`
      const event: StockEvent = step.type === 'ADDED' ? { type: 'ADDED' } : { type: step.type, by }
      const batch: StockEvent[] = step.isBatch ? [{ type: 'NOTED', by: `${by}+` }, event] : [event]
      sent[step.client]?.push(textOf(batch))
      client.in.send(batch)
    }
  }
  await Promise.all(clients.map((client) => client.flush()))
  const last = await store.head(id)
  for (const client of clients) await expect.poll(() => client.head).toBe(last?.head)
  const applied = clients[0]!
    .toJSON()
    .records.slice(1)
    .map((record) => textOf('events' in record ? record.events : []))
  // What was sent is what was applied and what was refused, each as often.
  expect([...applied, ...refused.flat()].toSorted()).toEqual(sent.flat().toSorted())
  for (const [at, mine] of refused.entries()) for (const batch of mine) expect(sent[at]).toContain(batch)
  // Those of one sender are applied in the order in which they were sent.
  for (const [at, mine] of sent.entries()) {
    const own = applied.filter((batch) => batch.includes(`"${at}/`))
    expect(mine.filter((batch) => own.includes(batch))).toEqual(own)
  }
  const state = clients[0]?.state
  for (const client of clients) expect(client).toMatchObject({ pending: 0, isClosed: false, state })
  for (const stop of unsubscribe) stop()
  for (const client of clients) client.close()
  await Promise.all(servers.map(({ host }) => host.close()))
  await end()
}

/** Says a batch. A store may give the members of an event in another order. */
function textOf(batch: readonly unknown[] = []): string {
  return batch.map((event) => JSON.stringify(event, Object.keys(event ?? {}).toSorted())).join('\n')
}
