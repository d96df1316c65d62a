// One of two processes that continue the same runs at the same moment: opens each, and at a word records a batch of its
// own.

import { createInterface } from 'node:readline'
import { type GitError, openRepository } from '@xmachines/git'
import { add, tally } from './repositories.ts'

const [directory = '', name = '0', ...ids] = process.argv.slice(2)
const repository = await openRepository(directory)
const words = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
for (const id of ids) {
  const run = await repository.open(tally, id)
  // Sometimes the ref is looked at before the other process continues, sometimes after.
  let recorder = Math.random() < 0.5 ? repository.record(run) : undefined
  await recorder?.flush()
  process.stdout.write('ready\n')
  await words.next()
  // A few turns of the event loop, so that sometimes this process is faster and sometimes the other.
  for (let round = Math.floor(Math.random() * 40); round > 0; round--) await new Promise(setImmediate)
  run.in.send(add(Number(name)))
  recorder ??= repository.record(run)
  try {
    await recorder.flush()
    process.stdout.write(`won ${run.head}\n`)
  } catch (thrown) {
    const { code, heads } = thrown as GitError
    process.stdout.write(`lost ${code} ${run.head} ${String(heads?.run)} ${String(heads?.recorded)}\n`)
  }
}
await repository.close()
process.exit()
