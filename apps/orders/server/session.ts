// Who is asking. A shop of yours has accounts; here the staff is whoever says so, and a customer is known by a cookie.

import { cookies } from 'next/headers'

export const staff = ['Ines', 'Jonas'] as const

/** Who is asking. */
export interface Who {
  /** The name, if it is one of the staff. */
  readonly staff: string | undefined
  /** The key of the personal data of this browser. */
  readonly customer: string | undefined
  /** The cart that is at the server, for a browser without JavaScript. */
  readonly cart: string | undefined
}

export async function who(): Promise<Who> {
  const jar = await cookies()
  const name = jar.get('staff')?.value
  return {
    staff: staff.find((one) => one === name),
    customer: jar.get('customer')?.value,
    cart: jar.get('cart')?.value,
  }
}

/** Remembers who this is; without a value it is forgotten. */
export async function remember(name: keyof Who, value: string | undefined): Promise<void> {
  const jar = await cookies()
  if (value === undefined) jar.delete(name)
  else jar.set(name, value, { httpOnly: true, sameSite: 'lax', maxAge: 60 * 60 * 24 * 30 })
}
