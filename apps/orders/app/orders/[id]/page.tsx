import { randomUUID } from 'node:crypto'
import { relative } from 'node:path'
import { readRun } from '@xmachines/http/next'
import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { order } from '../../../order/order.ts'
import { OrderView } from '../../../parts/order-view.tsx'
import { who } from '../../../server/session.ts'
import { settings } from '../../../server/settings.ts'
import { repositoryFolder, shop } from '../../../server/shop.ts'

interface Props {
  readonly params: Promise<{ readonly id: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Order ${(await params).id.slice(0, 8)}` }
}

export default async function OrderPage({ params }: Props) {
  const { id } = await params
  const { host, people } = await shop()
  const run = await readRun(host, order, id)
  if (run === undefined) notFound()
  const { state } = run.snapshot
  const { staff, customer } = await who()
  const key = state.at === 'cart' ? undefined : state.customer
  const isOwn = key !== undefined && key === customer
  const found = key !== undefined && (isOwn || staff !== undefined) ? await people.read(key) : undefined
  return (
    <OrderView
      // Another person has other controls.
      key={staff ?? 'customer'}
      id={id}
      history={run.history}
      by={staff ?? (isOwn ? 'customer' : undefined)}
      formKey={randomUUID()}
      person={found}
      commands={commandsFor(id)}
    />
  )
}

/** What shows an order in a terminal. */
function commandsFor(id: string): string[] {
  if (settings().databaseUrl !== undefined) {
    const rows = 'xmachines_records AS record JOIN xmachines_runs AS run ON run.number = record.run'
    return [
      `psql "$DATABASE_URL" -c "SELECT sequence, record.record FROM ${rows} WHERE run.id = '${id}' ORDER BY sequence"`,
    ]
  }
  const folder = relative(process.cwd(), repositoryFolder())
  return [
    `git -C ${folder} log --oneline refs/runs/order/${id}`,
    `git -C ${folder} fsck --strict --no-dangling`,
    `npx xmachines -C ${folder} verify ${id} --machine ./order/order.ts`,
  ]
}
