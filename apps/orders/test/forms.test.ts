/** Forms as a browser without JavaScript sends them, with whatever in them. */
import { expect, test } from 'vitest'
import { type Desk, openDesk } from './desk.ts'

type Fields = Readonly<Record<string, string>>

/** The hidden fields of the form that has such a text. */
async function formOf(desk: Desk, path: string, cookie: string, text: string): Promise<Fields> {
  const page = await (await fetch(`${desk.url}${path}`, { headers: { cookie } })).text()
  const forms = [...page.matchAll(/<form.*?<\/form>/gs)].map(([form]) => form)
  const inputs = forms.find((form) => form.includes(text))?.matchAll(/<input type="hidden"[^>]*>/g) ?? []
  const fields = [...inputs].map(([input]) => {
    const valueOf = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(input)?.[1]?.replaceAll('&quot;', '"') ?? ''
    return [valueOf('name'), valueOf('value')]
  })
  expect(fields).not.toEqual([])
  return Object.fromEntries(fields) as Fields
}

/** What became of a form: the status, what the page says of a refusal, and the cookies it sets. */
async function send(desk: Desk, path: string, cookie: string, fields: Fields) {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  const response = await fetch(`${desk.url}${path}`, { method: 'POST', body, headers: { cookie }, redirect: 'manual' })
  const refused = /class="refused"[^>]*>([^<]*)</.exec(await response.text())?.[1]
  return { status: response.status, refused, cookies: response.headers.getSetCookie().join() }
}

test('whatever a form holds, the answer is a page, and what it says is for people', async () => {
  const desk = await openDesk({ samples: true })
  const clara = { name: 'Clara Brandt', email: 'clara@example.org', address: '12 Linden Row, Cork' }
  const add = await formOf(desk, '/', '', 'value="pip"')
  const cart = /cart=[0-9a-f]+/.exec((await send(desk, '/', '', add)).cookies)?.[0] ?? ''
  const checkout = await formOf(desk, '/cart', cart, 'name="email"')
  const listed = await fetch(`${desk.url}/api/r?machine=order`, { headers: { cookie: 'staff=Ines' } })
  const { runs } = (await listed.json()) as { runs: { id: string; at: string }[] }
  const path = `/orders/${runs.find(({ at }) => at === 'packing')?.id}`
  const refund = await formOf(desk, path, 'staff=Ines', 'value="ASK_REFUND"')
  const sentence = {
    check: 'Please check your name, e-mail and address.',
    wrong: 'That cannot be right. Please check what you have entered.',
    unknown: 'The shop does not know this order.',
    moved: 'The order has changed since you looked at it, so nothing was done. Please look again.',
    forbidden: 'This is not for you to do.',
  }
  const elsewhere = 'c'.repeat(40)
  const cases: readonly (readonly [path: string, cookie: string, fields: Fields, refused: string | undefined])[] = [
    ['/', cart, { ...add, sku: '__proto__' }, undefined],
    ['/', cart, { ...add, type: 'SET', count: '-1' }, undefined],
    ['/cart', cart, checkout, sentence.check],
    ['/cart', cart, { ...checkout, ...clara, name: 'n'.repeat(900_000) }, 'Please check your name.'],
    ['/cart', cart, { ...checkout, ...clara, address: 'here\0' }, 'Please check your address.'],
    [
      '/cart',
      cart,
      { ...checkout, ...clara, email: 'clara@example.org\r\nBcc: all@example.org' },
      'Please check your e-mail.',
    ],
    ['/cart', cart, { ...checkout, ...clara, id: '../../x' }, sentence.unknown],
    ['/cart', cart, { ...checkout, ...clara, head: elsewhere }, sentence.moved],
    ['/cart', `${cart}; customer=${'x'.repeat(300)}`, { ...checkout, ...clara, head: elsewhere }, sentence.moved],
    [path, 'staff=Ines', { ...refund, type: '__proto__' }, sentence.forbidden],
    [path, 'staff=Ines', { ...refund, type: '' }, sentence.forbidden],
    [path, 'staff=Ines', { ...refund, amount: 'much', reason: 'It is too late' }, sentence.wrong],
    [path, 'staff=Ines', { ...refund, amount: '-5', reason: 'It is too late' }, sentence.wrong],
    [path, 'staff=Ines', { ...refund, amount: '5', reason: '<b>' }, sentence.wrong],
  ]
  for (const [where, cookie, fields, refused] of cases) {
    const answer = await send(desk, where, cookie, fields)
    expect([where, fields, answer.status < 400, answer.refused]).toEqual([where, fields, true, refused])
  }

  const conduct = await formOf(desk, '/world', '', 'name="delayMs"')
  const before = (await desk.world()).conduct
  for (const odd of [
    { mode: 'odd', delayMs: '5' },
    { mode: 'fails', delayMs: 'x' },
    { mode: 'fails', delayMs: '-5' },
  ]) {
    expect((await send(desk, '/world', '', { ...conduct, ...odd })).status).toBe(303)
    expect((await desk.world()).conduct).toEqual(before)
  }
})
