'use client'

// A link of the header. It says which page is shown.

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'

export function PageLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} aria-current={usePathname() === href ? 'page' : undefined}>
      {children}
    </Link>
  )
}
