// A fake payment gateway on this page. Like a real one, it takes an idempotency key: a request with a known key charges
// nothing again.

/** A request to a gateway. */
interface ChargeRequest {
  readonly key: string
  readonly cents: number
  readonly card: string
}

/** The answer of a gateway. */
type ChargeAnswer =
  | { readonly accepted: true; readonly cents: number; readonly receipt: string }
  | { readonly accepted: false; readonly reason: string }

/** A gateway that charges cards. */
export interface Gateway {
  charge(request: ChargeRequest): Promise<ChargeAnswer>
  /** The number of requests, and the number of different keys among them. */
  readonly requests: number
  readonly charges: number
}

/** The card that the fake gateway declines. */
export const DECLINED_CARD = '4000 0000 0000 0002'

/** The card for which its first answer is wrong: it takes cents for euros. A second request gets the right answer. */
export const WRONG_ANSWER_CARD = '4000 0000 0000 0119'

/**
 * Makes a gateway that accepts every card but one.
 *
 * @param think resolves when the gateway should answer
 */
export function fakeGateway(think: () => Promise<unknown>): Gateway {
  /** The number of requests for each key. */
  const asked = new Map<string, number>()
  return {
    async charge({ key, cents, card }) {
      const times = (asked.get(key) ?? 0) + 1
      asked.set(key, times)
      await think()
      if (isCard(card, DECLINED_CARD)) return { accepted: false, reason: 'The bank declined this card.' }
      const isWrong = isCard(card, WRONG_ANSWER_CARD) && times === 1
      return { accepted: true, cents: isWrong ? cents * 100 : cents, receipt: `R-${key.slice(0, 7)}` }
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
