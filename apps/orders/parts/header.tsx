// The top of every page.

import Link from 'next/link'
import type { Line } from '../order/lines.ts'
import { signIn } from '../server/actions.ts'
import { staff, type Who } from '../server/session.ts'
import { CartBadge } from './cart-badge.tsx'
import { PageLink } from './page-link.tsx'

export function Header({ who, given }: { who: Who; given: readonly Line[] }) {
  return (
    <header className="top">
      <Link href="/" className="brand">
        <span className="ring" aria-hidden="true" /> Halo
      </Link>
      <nav aria-label="Pages">
        <PageLink href="/">Shop</PageLink>
        <PageLink href="/cart">
          Cart <CartBadge given={given} />
        </PageLink>
        <PageLink href="/staff">Orders</PageLink>
        <PageLink href="/world">World</PageLink>
      </nav>
      {/* It closes once somebody else was chosen. */}
      <details className="who" key={who.staff ?? 'customer'}>
        <summary>
          <span className="face" aria-hidden="true">
            {(who.staff ?? 'Customer')[0]}
          </span>
          <span className="name">{who.staff ?? 'Customer'}</span>
        </summary>
        <form action={signIn}>
          <p>This is a demonstration. Be who you like:</p>
          <button type="submit" name="staff" value="" disabled={who.staff === undefined}>
            A customer
          </button>
          {staff.map((name) => (
            <button key={name} type="submit" name="staff" value={name} disabled={who.staff === name}>
              {name}, of the staff
            </button>
          ))}
        </form>
      </details>
    </header>
  )
}
