// Everything outside of the shop, as one small server: a payment provider, a post office and a printer. Each takes a request under a
// key, and the same key again gets the first answer, after a restart too. It can be made slow, or fail.

import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** How the provider of payments behaves. */
export interface Conduct {
  readonly delayMs: number
  readonly mode: 'works' | 'declines' | 'fails'
}

const MOST_DELAY = 60_000

function isConduct({ delayMs, mode }: Readonly<Record<keyof Conduct, unknown>>): boolean {
  const isDelay = typeof delayMs === 'number' && delayMs >= 0 && delayMs <= MOST_DELAY
  return isDelay && typeof mode === 'string' && ['works', 'declines', 'fails'].includes(mode)
}

/** What was done under a key. */
export interface Deed {
  readonly kind: 'payments' | 'refunds' | 'voids' | 'mails' | 'slips'
  readonly key: string
  readonly body: Readonly<Record<string, unknown>>
  readonly status: number
}

export interface World {
  readonly conduct: Conduct
  /** In order. Each was done once. */
  readonly deeds: readonly Deed[]
}

/** @param file where deeds are kept, one a line */
export function worldServer(file: string): Server {
  let conduct: Conduct = { delayMs: 800, mode: 'works' }
  const deeds = new Map<string, Deed>()
  mkdirSync(dirname(file), { recursive: true })
  if (existsSync(file)) {
    for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) remember(JSON.parse(line) as Deed)
  }

  function remember(deed: Deed): Deed {
    deeds.set(`${deed.kind}/${deed.key}`, deed)
    return deed
  }

  function act(kind: Deed['kind'], key: string, body: Deed['body']): Deed {
    const known = deeds.get(`${kind}/${key}`)
    if (known !== undefined) return known
    const isVoid = kind === 'payments' && deeds.has(`voids/${key}`)
    const status = isVoid ? 409 : kind === 'payments' && conduct.mode === 'declines' ? 402 : 201
    const deed = remember({ kind, key, body, status })
    appendFileSync(file, `${JSON.stringify(deed)}\n`)
    return deed
  }

  async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const [kind = '', ...key] = decodeURIComponent(request.url?.slice(1) ?? '').split('/')
    if (request.method === 'GET') return { status: 200, body: { conduct, deeds: [...deeds.values()] } satisfies World }
    const body = JSON.parse(await textOf(request)) as Deed['body']
    if (kind === 'conduct') {
      const next = { ...conduct, ...body }
      if (!isConduct(next)) return { status: 422, body: conduct }
      conduct = next
      return { status: 200, body: conduct }
    }
    if (kind === 'payments' || kind === 'refunds' || kind === 'voids') {
      // A payment is made at once, and the answer takes its time: so the shop may ask again for one that it has.
      const deed = conduct.mode === 'fails' ? undefined : act(kind, key.join('/'), body)
      await pause(conduct.delayMs)
      return deed === undefined ? { status: 503, body: {} } : { status: deed.status, body: deed }
    }
    if (kind === 'mails' || kind === 'slips') return { status: 201, body: act(kind, key.join('/'), body) }
    return { status: 404, body: {} }
  }

  return createServer((request, response) => {
    answer(request).then(
      ({ status, body }) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      () => response.writeHead(400).end(),
    )
  })
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}
