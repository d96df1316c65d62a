import type { RunPage } from '@xmachines/http'
import type { Metadata } from 'next'
import type { Summary } from '../../order/order.ts'
import { Board } from '../../parts/board.tsx'
import { signIn } from '../../server/actions.ts'
import { staff as names, who } from '../../server/session.ts'
import { shop } from '../../server/shop.ts'

export const metadata: Metadata = { title: 'Orders' }

interface Props {
  readonly searchParams: Promise<{ readonly at?: string; readonly machine?: string }>
}

export default async function StaffPage({ searchParams }: Props) {
  const { at, machine } = await searchParams
  if ((await who()).staff === undefined) {
    return (
      <form action={signIn} className="empty">
        <h1>This page is for the staff.</h1>
        <p>In this demonstration you are whoever you say.</p>
        <div className="buttons">
          {names.map((name) => (
            <button key={name} type="submit" name="staff" value={name} className="button">
              I am {name}
            </button>
          ))}
        </div>
      </form>
    )
  }
  // The summaries are made by the host from this app's function.
  const page = (await (await shop()).host.list({ machine: 'order', most: 1000 })) as RunPage<Summary>
  return <Board page={page} at={at} machine={machine} />
}
