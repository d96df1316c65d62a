// The texts of an order, step by step, and the problems that they can have. The machine checks a step before it
// continues, and a form checks an input when it loses the focus.

/** An order, with the texts as the customer typed them. */
export interface Order {
  readonly name: string
  readonly street: string
  readonly city: string
  readonly shipping: Shipping
  readonly email: string
  readonly card: string
}

/** How the parcel is sent. */
export type Shipping = 'post' | 'courier'

/** One text of an order. */
export type Field = Exclude<keyof Order, 'shipping'>

/** A step with inputs. */
export type FormStep = 'delivery' | 'payment'

/** The inputs of each step, in order. */
export const FIELDS: Readonly<Record<FormStep, readonly Field[]>> = {
  delivery: ['name', 'street', 'city'],
  payment: ['email', 'card'],
}

/** The price of each kind of shipping, in cents. */
export const SHIPPING_CENTS: Readonly<Record<Shipping, number>> = { post: 0, courier: 900 }

/** The price of the goods, in cents. */
export const GOODS_CENTS = 4200

/** The total price of an order, in cents. */
export function totalOf({ shipping }: Order): number {
  return GOODS_CENTS + SHIPPING_CENTS[shipping]
}

/** Formats an amount. */
export function euros(cents: number): string {
  return `€${(cents / 100).toLocaleString('en', { minimumFractionDigits: 2 })}`
}

/** The problem of a text, if it has one. */
export function problemOf(field: Field, text: string): string | undefined {
  switch (field) {
    case 'name':
      return text.trim() === '' ? 'Enter your name.' : undefined
    case 'street':
      return text.trim() === '' ? 'Enter street and number.' : undefined
    case 'city':
      return /\d.*\s\S/.test(text) ? undefined : 'Enter postcode and city, for example 3011 Bern.'
    case 'email':
      return /^\S+@\S+\.\S+$/.test(text) ? undefined : 'Enter an e-mail address, for example ada@example.com.'
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
