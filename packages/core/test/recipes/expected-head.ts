import type { EventOf, RunOf } from '@xmachines/core'
import type { turnstile } from './turnstile.ts'

/** Applies the event of a request, but only to the history that its sender saw. */
export async function receive(run: RunOf<typeof turnstile>, request: Request): Promise<Response> {
  const event: EventOf<typeof turnstile> = await request.json()
  // From here on nothing is awaited, so no other event comes between the comparison and the send.
  if (request.headers.get('If-Match') !== `"${run.head}"`) {
    return new Response('The run has moved on. Read it again, then decide.', { status: 412 })
  }
  const refusal = run.in.send(event)
  if (refusal !== undefined) return Response.json(refusal, { status: 409 })
  return new Response(null, { status: 204, headers: { ETag: `"${run.head}"` } })
}
