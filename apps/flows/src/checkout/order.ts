// What a customer fills in, step by step, and what can be wrong with it. The machine asks before it goes on, a form as
// it is left.

/** What was ordered for whom: the texts as they were typed. */
export interface Order {
  readonly name: string
  readonly street: string
  readonly city: string
  readonly shipping: Shipping
  readonly email: string
  readonly card: string
}

/** How a parcel travels. */
export type Shipping = 'post' | 'courier'

/** One text of an order. */
export type Field = Exclude<keyof Order, 'shipping'>

/** A step in which something is filled in. */
export type FormStep = 'delivery' | 'payment'

/** The inputs of each step, in their order. */
export const FIELDS: Readonly<Record<FormStep, readonly Field[]>> = {
  delivery: ['name', 'street', 'city'],
  payment: ['email', 'card'],
}

/** What each way to travel costs, in cents. */
export const SHIPPING_CENTS: Readonly<Record<Shipping, number>> = { post: 0, courier: 900 }

/** What the goods cost, in cents. */
export const GOODS_CENTS = 4200

/** What an order costs in all, in cents. */
export function totalOf({ shipping }: Order): number {
  return GOODS_CENTS + SHIPPING_CENTS[shipping]
}

/** An amount as it is shown. */
export function euros(cents: number): string {
  return `€${(cents / 100).toFixed(2)}`
}

/** What is wrong with a text, if anything. */
export function problemOf(field: Field, text: string): string | undefined {
  switch (field) {
    case 'name':
      return text.trim() === '' ? 'Give your name.' : undefined
    case 'street':
      return text.trim() === '' ? 'Give the street and the number.' : undefined
    case 'city':
      return /\d.*\s\S/.test(text) ? undefined : 'Give postcode and city, such as 3011 Bern.'
    case 'email':
      return /^\S+@\S+\.\S+$/.test(text) ? undefined : 'Give an e-mail address, such as ada@example.com.'
    case 'card':
      return /^\d{16}$/.test(text.replaceAll(' ', '')) ? undefined : 'A card number has 16 digits.'
  }
}

/** The first input of a step with a problem, in the order of the form. */
export function firstProblem(step: FormStep, order: Order): { field: Field; problem: string } | undefined {
  for (const field of FIELDS[step]) {
    const problem = problemOf(field, order[field])
    if (problem !== undefined) return { field, problem }
  }
  return undefined
}
