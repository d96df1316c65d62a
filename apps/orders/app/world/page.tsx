import type { Metadata } from 'next'
import { formatMoney, type Money } from '../../order/money.ts'
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

interface Props {
  /** Whether the provider took what was set. */
  readonly searchParams: Promise<{ readonly set?: string }>
}

export default async function WorldPage({ searchParams }: Props) {
  const { set } = await searchParams
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
        what happens to the orders.
      </p>
      <div className="kinds">
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
            <input type="number" name="delayMs" min="0" max="60000" step="1" defaultValue={conduct.delayMs} />
          </label>
          <button type="submit" className="button">
            Set
          </button>
          {set === 'yes' && <output className="said">It is set.</output>}
          {set === 'no' && (
            <p className="refused" role="alert">
              The provider did not take that. Choose how it behaves, and a time from 0 to 60000 milliseconds.
            </p>
          )}
        </form>
        <section className="card" aria-labelledby="server-title">
          <h2 id="server-title">The server of the shop</h2>
          <p className="note">Kill it in the middle of a payment, and start it again: the payment is made once.</p>
          <pre>kill -9 {process.pid}</pre>
        </section>
        {Object.entries(kinds).map(([kind, title]) => {
          const done = deeds.filter((deed) => deed.kind === kind).reverse()
          return (
            <section key={kind} className="card deeds" aria-label={title}>
              <h2>
                {title} <span className={done.length === 0 ? 'count none' : 'count'}>{done.length}</span>
              </h2>
              <ul>
                {done.slice(0, 20).map((deed) => (
                  <li key={deed.key} data-key={deed.key}>
                    <code>{deed.key.replace(/^([0-9a-f]{8})[0-9a-f]*/, '$1')}</code> <span>{summaryOf(deed)}</span>
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

function summaryOf({ kind, status, body }: Deed): string {
  if (kind === 'voids') return 'called off'
  if (status === 402) return 'declined'
  if (status === 409) return 'called off before'
  const { amount, text, articles } = body as { amount?: Money; text?: string; articles?: string[] }
  if (amount !== undefined) return formatMoney(amount)
  return text ?? articles?.join(', ') ?? ''
}
