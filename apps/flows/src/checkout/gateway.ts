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
  | { readonly accepted: true; readonly receipt: string }
  | { readonly accepted: false; readonly reason: string }

/** Something that can charge a card. */
export interface Gateway {
  charge(request: ChargeRequest): Promise<ChargeAnswer>
  /** How many charges were made: different keys, not requests. */
  readonly charges: number
}

/** The card that the fake gateway declines. */
export const DECLINED_CARD = '4000 0000 0000 0002'

/**
 * Makes a gateway that accepts every card but one.
 *
 * @param think resolves when it has thought about a charge for long enough
 */
export function fakeGateway(think: () => Promise<unknown>): Gateway {
  const answers = new Map<string, Promise<ChargeAnswer>>()
  return {
    charge(request) {
      const answer = answers.get(request.key) ?? decide(request, think)
      answers.set(request.key, answer)
      return answer
    },
    get charges() {
      return answers.size
    },
  }
}

async function decide({ key, card }: ChargeRequest, think: () => Promise<unknown>): Promise<ChargeAnswer> {
  await think()
  if (card === DECLINED_CARD.replaceAll(' ', '')) return { accepted: false, reason: 'The bank declined this card.' }
  return { accepted: true, receipt: `R-${key.slice(0, 7)}` }
}
