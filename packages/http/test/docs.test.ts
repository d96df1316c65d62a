/** Each request of docs/http.md is sent as it is shown, and answered as it is shown. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { serveNode } from '@xmachines/http/node'
import { hosted, type WireSnapshot } from '@xmachines/http/server'
import { expect, onTestFinished, test } from 'vitest'
import { serve } from './calls.ts'
import { till } from './docs-till.ts'
import { newTill } from './machines.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/http.md'), 'utf8')
const run = promisify(execFile)

/** What is shown after this heading is of a run that has a successor. */
const [before = '', after = ''] = page.split('## A new version of a machine')

const examplesOf = (text: string) =>
  Array.from(text.matchAll(/```sh\n([\s\S]*?)```\n\n```(?:http)?\n([\s\S]*?)```/g), ([, command = '', shown = '']) => ({
    command,
    shown,
  }))

/** Whether an answer has a line as it is shown, with `…` for anything. */
function hasLine(answer: string, shown: string): boolean {
  const pattern = shown
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*')
  return new RegExp(`^${pattern}$`, 'm').test(answer)
}

test('the page shows the machine as it is served here', () => {
  expect(page).toContain(readFileSync(join(import.meta.dirname, 'docs-till.ts'), 'utf8'))
})

test('the page has an example of each row', () => {
  expect(examplesOf(page).length).toBeGreaterThanOrEqual(16)
})

test('the examples, in order', async () => {
  const { handler, host, call } = serve({ machines: [hosted(till, { summary: ({ cents }) => ({ cents }) }), newTill] })
  const server = serveNode(handler)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const env: Record<string, string> = { SERVER: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  await runAll(before)
  const { RUN = '' } = env
  // What was refused has changed nothing.
  expect(await (await call('GET', `/r/${RUN}`)).json()).toMatchObject({ sequence: 1, state: { cents: 500 } })
  env['OLD'] = RUN
  await host.succeed(RUN, newTill, ({ state }: WireSnapshot<{ cents: number }>) => ({ euros: state.cents / 100 }))
  await runAll(after)

  async function runAll(text: string): Promise<void> {
    for (const { command, shown } of examplesOf(text)) {
      const { stdout } = await run('sh', ['-c', command], { env: { ...process.env, ...env } }).catch(
        (failed: { stdout: string; code: number }) => {
          // `curl` ends a stream by its own limit of time.
          if (failed.code === 28) return failed
          throw failed
        },
      )
      const answer = stdout.replaceAll('\r', '')
      for (const line of shown.split('\n').filter(Boolean)) {
        expect(hasLine(answer, line), `${command}\n${line}\n\nis not in\n\n${answer}`).toBe(true)
      }
      const location = /^location: \/r\/(\w+)$/m.exec(answer)?.[1]
      if (location !== undefined) env['RUN'] = location
    }
  }
})
