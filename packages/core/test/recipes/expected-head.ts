import { defineMachine, type RunOf, refuse } from '@xmachines/core'
import { z } from 'zod'

type Auction = { at: 'open'; highest: number } | { at: 'closed'; highest: number }
const events = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('BID'), cents: z.int().positive() }),
  z.strictObject({ type: z.literal('CLOSE') }),
])

/** Its events come from outside: the schema checks each one, and one that nothing handles is refused. */
export const auction = defineMachine<Auction, z.infer<typeof events>>({
  name: 'auction',
  version: '1',
  initial: { at: 'open', highest: 0 },
  states: {
    open: {
      BID: ({ highest }, { cents }) => {
        if (cents <= highest) refuse('There is a higher bid.', { highest })
        return { at: 'open', highest: cents }
      },
      CLOSE: ({ highest }) => ({ at: 'closed', highest }),
    },
    closed: {},
  },
  events,
  unhandled: 'refuse',
})

/** The status of each refusal that the sender can do something about. Any other is a bug here. */
const statuses: Readonly<Record<string, number>> = {
  INVALID_EVENT: 400,
  SCHEMA_MISMATCH: 422,
  REFUSED: 409,
  UNHANDLED: 409,
}

/** Applies the event of a request, but only to the history that its sender saw. */
export async function receive(run: RunOf<typeof auction>, request: Request): Promise<Response> {
  // A body that is not JSON is not an event either, so the run refuses it.
  const event = await request.json().catch(() => null)
  // From here on nothing is awaited, so no other event comes between the comparison and the send.
  if (request.headers.get('If-Match') !== `"${run.head}"`) {
    return new Response('The run has moved on. Read it again, then decide.', { status: 412 })
  }
  const refusal = run.in.send(event)
  // As JSON a refusal has its code, reason and details, and no text of what was thrown.
  if (refusal !== undefined) return Response.json(refusal, { status: statuses[refusal.code] ?? 500 })
  return new Response(null, { status: 204, headers: { ETag: `"${run.head}"` } })
}
