// The log that the introduction shows is what Git prints for the same run.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRun, defineMachine, forkRun, type Run, type RunEvent } from '@xmachines/core'
import { openRepository } from '@xmachines/git'
import { expect, onTestFinished, test } from 'vitest'
import { gitLog } from '../../apps/flows/src/introduction/git-log.ts'
import { order } from '../../apps/flows/src/introduction/order.ts'

/** What `git log --oneline` prints for a run that @xmachines/git keeps. */
async function printedByGit<State, Event extends RunEvent>(run: Run<State, Event>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'introduction-log-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const repository = await openRepository(join(folder, 'runs.git'), { create: true })
  await repository.record(run).stop()
  await repository.close()
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))
  return execFileSync('git', ['-C', repository.directory, 'log', '--oneline', run.head], {
    encoding: 'utf8',
    env: { ...Object.fromEntries(environment), GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
  })
}

/** What the introduction shows. */
const shown = <State, Event extends RunEvent>(run: Run<State, Event>): string =>
  gitLog(run.toJSON().records)
    .map(({ short, subject }) => `${short} ${subject}\n`)
    .join('')

test('the introduction shows the log of an order, and of its fork, as Git prints it', async () => {
  const run = createRun(order)
  for (const type of ['ADD', 'ADD', 'PAY', 'REFUND', 'PAY', 'SHIP'] as const) run.in.send({ type })
  const fork = forkRun(run, 2)
  fork.in.send([{ type: 'ADD' }, { type: 'PAY' }])
  for (const each of [run, fork]) expect(shown(each)).toBe(await printedByGit(each))
})

test('it shows events of any data as Git prints them: sorted members, batches in one line, text of any language', async () => {
  const diary = defineMachine<number, RunEvent & Readonly<Record<string, unknown>>>({
    name: 'diary',
    version: '1',
    initial: 0,
    transition: (pages) => pages + 1,
  })
  const run = createRun(diary)
  run.in.send({ type: 'WRITE', text: 'Grüße, 世界 🌍', at: { page: 3, line: [2, 1], end: null } })
  run.in.send([{ zebra: true, type: 'B', Ant: -1.5e-7 }, { type: 'line\nbreak\ttab "quotes" \\' }, { type: '' }])
  run.in.send({ type: ' ', 10: 'ten', 9: 'nine', é: 1, z: 2 })
  expect(shown(run)).toBe(await printedByGit(run))
})
