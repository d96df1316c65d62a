/** Each request of docs/http.md is sent as it is shown, and answered as it is shown. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { serveNode } from '@xmachines/http/node'
import { hosted, type WireSnapshot } from '@xmachines/http/server'
import { expect, test } from 'vitest'
import { PATIENCE } from '../../../scripts/patience.ts'
import { serve } from './calls.ts'
import { till } from './docs-till.ts'
import { listen } from './listen.ts'
import { newTill } from './machines.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/http.md'), 'utf8')

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

/** What a command prints. A stream, whose limit of time is too short for a busy machine, is ended once its answer is whole. */
async function answerTo(
  command: string,
  env: Readonly<Record<string, string>>,
  isWhole: (text: string) => boolean,
): Promise<string> {
  const isStream = command.includes('--max-time 1')
  // `exec`, so that what is ended is `curl` itself.
  const patient = isStream ? `exec ${command.replace('--max-time 1', `--max-time ${PATIENCE / 1000}`)}` : command
  const child = spawn('sh', ['-c', patient], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk.replaceAll('\r', '')
    if (isStream && isWhole(text)) child.kill('SIGKILL')
  })
  const [code] = await once(child, 'close')
  if (!isStream) expect(code, command).toBe(0)
  return text
}

test('the page shows the machine as it is served here', () => {
  expect(page).toContain(readFileSync(join(import.meta.dirname, 'docs-till.ts'), 'utf8'))
})

test('the page has an example of each row', () => {
  expect(examplesOf(page).length).toBeGreaterThanOrEqual(16)
})

test('the examples, in order', async () => {
  const { handler, host, call } = serve({ machines: [hosted(till, { summary: ({ cents }) => ({ cents }) }), newTill] })
  const env: Record<string, string> = { SERVER: await listen(serveNode(handler)) }
  await runAll(before)
  const { RUN = '' } = env
  // What was refused has changed nothing.
  expect(await (await call('GET', `/r/${RUN}`)).json()).toMatchObject({ sequence: 1, state: { cents: 500 } })
  env['OLD'] = RUN
  await host.succeed(RUN, newTill, ({ state }: WireSnapshot<{ cents: number }>) => ({ euros: state.cents / 100 }))
  await runAll(after)

  async function runAll(text: string): Promise<void> {
    for (const { command, shown } of examplesOf(text)) {
      const lines = shown.split('\n').filter(Boolean)
      const answer = await answerTo(command, env, (text) => lines.every((line) => hasLine(text, line)))
      for (const line of lines) {
        expect(hasLine(answer, line), `${command}\n${line}\n\nis not in\n\n${answer}`).toBe(true)
      }
      const location = /^location: \/r\/(\w+)$/m.exec(answer)?.[1]
      if (location !== undefined) env['RUN'] = location
    }
  }
})
