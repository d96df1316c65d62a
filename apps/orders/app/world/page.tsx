import type { Metadata } from 'next'
import { setConduct } from '../../server/actions.ts'
import { settings } from '../../server/settings.ts'
import type { Deed, World } from '../../world/server.ts'

export const metadata: Metadata = { title: 'World' }

const kinds: Readonly<Record<Deed['kind'], string>> = {
  payments: 'Payments',
  refunds: 'Refunds',
  voids: 'Payments called off',
  mails: 'Mails',
  slips: 'Packing slips',
}

const modes = [
  ['works', 'It works'],
  ['declines', 'It declines every payment'],
  ['fails', 'It is broken, and answers 503'],
] as const

export default async function WorldPage() {
  const response = await fetch(settings().worldUrl, { cache: 'no-store' }).catch(() => undefined)
  if (response === undefined) {
    return (
      <div className="empty">
        <p>The world of the shop does not answer at {settings().worldUrl}. Orders wait until it does.</p>
      </div>
    )
  }
  const { conduct, deeds } = (await response.json()) as World
  return (
    <>
      <h1>The world around the shop</h1>
      <p className="lead">
        A payment provider, a post office and a printer: one small server of its own. Make it slow or break it, and see
        what becomes of the orders.
      </p>
      <form action={setConduct} className="card conduct">
        <h2>The payment provider</h2>
        <fieldset>
          <legend>How it behaves</legend>
          {modes.map(([mode, label]) => (
            <label key={mode}>
              <input type="radio" name="mode" value={mode} defaultChecked={conduct.mode === mode} /> {label}
            </label>
          ))}
        </fieldset>
        <label>
          How long it takes, in milliseconds
          <input type="number" name="delayMs" min="0" max="60000" step="100" defaultValue={conduct.delayMs} />
        </label>
        <button type="submit" className="button">
          Set
        </button>
      </form>
      <div className="kinds">
        {Object.entries(kinds).map(([kind, title]) => {
          const done = deeds.filter((deed) => deed.kind === kind).reverse()
          return (
            <section key={kind} className="card deeds" aria-label={title}>
              <h2>
                {title} <span className="count">{done.length}</span>
              </h2>
              <ul>
                {done.slice(0, 20).map((deed) => (
                  <li key={deed.key} data-key={deed.key}>
                    <code>{deed.key.replace(/^([0-9a-f]{8})[0-9a-f]*/, '$1')}</code> {summaryOf(deed)}
                  </li>
                ))}
              </ul>
            </section>
          )
        })}
      </div>
    </>
  )
}

function summaryOf({ status, body }: Deed): string {
  if (status === 402) return 'declined'
  if (status === 409) return 'called off before'
  const { amount, text, articles } = body as { amount?: { cents: number }; text?: string; articles?: string[] }
  if (amount !== undefined) return `${(amount.cents / 100).toFixed(2)} EUR`
  return text ?? articles?.join(', ') ?? ''
}
