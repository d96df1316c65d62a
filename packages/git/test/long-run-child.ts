// A process that records a run of many events and keeps few of them. It prints how much memory that takes on the way,
// and how many records and outputs it read in the end.

import { openRepository } from '@xmachines/git'
import { add, tallyRun } from './repositories.ts'

const [directory = '', events = '', retain = ''] = process.argv.slice(2)
const most = Number(events)
const repository = await openRepository(directory)
const run = tallyRun()
const recorder = repository.record(run, {
  durability: 'process',
  ...(retain === '' ? {} : { retain: Number(retain) }),
})
let delivered = 0
const telling = (async () => {
  for await (const { total } of recorder.ports().out) if (total > 0) delivered++
})()
const memory: number[] = []
for (let sent = 0; sent < most; ) {
  for (let at = 0; at < 1000; at++) run.in.send(add(1 + (sent++ % 7)))
  await recorder.flush()
  if (sent % (most / 4) === 0) memory.push(await inUse())
}
let read = 0
for await (const { oid } of run.history()) if (oid !== '') read++
await recorder.stop()
await telling.catch(() => undefined)
await repository.close()
console.log(JSON.stringify({ memory, read, delivered, sequence: recorder.recorded, head: run.head, id: run.id }))

/** Bytes on the heap and outside it, after garbage collection. */
async function inUse(): Promise<number> {
  for (let pass = 0; pass < 3; pass++) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
