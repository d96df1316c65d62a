import { readRun } from '@xmachines/http/next'
import type { Metadata, Viewport } from 'next'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { order } from '../order/order.ts'
import { Header } from '../parts/header.tsx'
import { who } from '../server/session.ts'
import { shop } from '../server/shop.ts'
import './styles.css'

export const metadata: Metadata = {
  title: { default: 'Halo', template: '%s · Halo' },
  description: 'Lamps, made to order.',
}

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f7f3ec' },
    { media: '(prefers-color-scheme: dark)', color: '#15120e' },
  ],
}

/** Shows nothing of a shop that is not open yet, so nothing is rendered while the app is built. */
export default async function Layout({ children }: { children: ReactNode }) {
  await connection()
  const asking = await who()
  const cart = asking.cart === undefined ? undefined : await readRun((await shop()).host, order, asking.cart)
  const state = cart?.snapshot.state
  return (
    <html lang="en">
      <body>
        <Header who={asking} given={state?.at === 'cart' ? state.lines : []} />
        <main>{children}</main>
        <footer>
          Every order is a run of <a href="https://github.com/xmachines/xmachines">XMachines</a>, kept in Git or
          Postgres.
        </footer>
      </body>
    </html>
  )
}
