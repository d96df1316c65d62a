// Who is asking. A shop of yours has accounts; here the staff is whoever says so, and a customer is known by a cookie.

import { createHash } from 'node:crypto'
import { cookies } from 'next/headers'

export const staff = ['Ines', 'Jonas'] as const

/** Who is asking. */
export interface Who {
  /** The name, if it is one of the staff. */
  readonly staff: string | undefined
  /** The customer of this browser, as its orders name them: also the key of the personal data. */
  readonly customer: string | undefined
  /** The cart that is at the server, for a browser without JavaScript. */
  readonly cart: string | undefined
}

/** A customer as orders name them. Whoever has the link to an order can read its history, so the cookie is not in there. */
export const customerOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

export async function who(): Promise<Who> {
  const jar = await cookies()
  const name = jar.get('staff')?.value
  const secret = jar.get('customer')?.value
  return {
    staff: staff.find((one) => one === name),
    customer: secret ? customerOf(secret) : undefined,
    cart: jar.get('cart')?.value,
  }
}

/**
 * Makes this browser a customer, unless it is one.
 * @param secret the cookie. If the answer with it is lost, the same secret makes the same customer again
 * @returns the customer, as orders name them
 */
export async function asCustomer(secret: string): Promise<string> {
  const kept = (await cookies()).get('customer')?.value || secret
  await remember('customer', kept)
  return customerOf(kept)
}

/** Remembers who this is; without a value it is forgotten. */
export async function remember(name: keyof Who, value: string | undefined): Promise<void> {
  const jar = await cookies()
  if (value === undefined) jar.delete(name)
  else jar.set(name, value, { httpOnly: true, sameSite: 'lax', maxAge: 60 * 60 * 24 * 30 })
}
