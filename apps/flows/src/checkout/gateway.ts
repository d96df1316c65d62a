// A payment gateway that exists in this page alone. Like real ones it takes an idempotency key: who asks again with the
// same key gets the same answer, and nobody is charged twice.

/** What a gateway is asked. */
interface ChargeRequest {
  readonly key: string
  readonly cents: number
  readonly card: string
}

/** What it answers. */
type ChargeAnswer =
  | { readonly accepted: true; readonly cents: number; readonly receipt: string }
  | { readonly accepted: false; readonly reason: string }

/** Something that can charge a card. */
export interface Gateway {
  charge(request: ChargeRequest): Promise<ChargeAnswer>
  /** How often it was asked, and how many charges these were about: that many keys. */
  readonly requests: number
  readonly charges: number
}

/** The card that the fake gateway declines. */
export const DECLINED_CARD = '4000 0000 0000 0002'

/** The card for which it garbles its first answer: it takes euros for cents. Who asks again is told what is true. */
export const GARBLED_CARD = '4000 0000 0000 0119'

/**
 * Makes a gateway that accepts every card but one.
 *
 * @param think resolves when it has thought about a request for long enough
 */
export function fakeGateway(think: () => Promise<unknown>): Gateway {
  /** How often each charge was asked for. */
  const asked = new Map<string, number>()
  return {
    async charge({ key, cents, card }) {
      const times = (asked.get(key) ?? 0) + 1
      asked.set(key, times)
      await think()
      if (isCard(card, DECLINED_CARD)) return { accepted: false, reason: 'The bank declined this card.' }
      const garbled = isCard(card, GARBLED_CARD) && times === 1
      return { accepted: true, cents: garbled ? cents * 100 : cents, receipt: `R-${key.slice(0, 7)}` }
    },
    get requests() {
      return [...asked.values()].reduce((sum, times) => sum + times, 0)
    },
    get charges() {
      return asked.size
    },
  }
}

function isCard(card: string, known: string): boolean {
  return card === known.replaceAll(' ', '')
}
