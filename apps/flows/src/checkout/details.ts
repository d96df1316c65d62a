// What a customer fills in, and what can be wrong with it. The machine asks before it charges, the form as it is left.

/** What the form holds, as it was typed. */
export interface Details {
  readonly name: string
  readonly email: string
  readonly card: string
}

/** One input of the form. */
export type Field = keyof Details

/** The inputs, in their order. */
export const FIELDS: readonly Field[] = ['name', 'email', 'card']

/** What is wrong with a value, if anything. */
export function problemOf(field: Field, value: string): string | undefined {
  switch (field) {
    case 'name':
      return value.trim() === '' ? 'Give your name.' : undefined
    case 'email':
      return /^\S+@\S+\.\S+$/.test(value) ? undefined : 'Give an e-mail address, such as ada@example.com.'
    case 'card':
      return /^\d{16}$/.test(value.replaceAll(' ', '')) ? undefined : 'A card number has 16 digits.'
  }
}

/** The first problem of all, in the order of the form. */
export function firstProblem(details: Details): string | undefined {
  return FIELDS.map((field) => problemOf(field, details[field])).find((problem) => problem !== undefined)
}
