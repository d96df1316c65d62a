// The runs of a machine: a page of them, or all of them as a stream with what changes.

import { JSON_TYPE, SSE_TYPE } from '../../wire/media-types.ts'
import { isKnown, tagOf } from '../conditional.ts'
import { HttpProblem } from '../http-problem.ts'
import { negotiate } from '../negotiate.ts'
import type { Call, Operation } from '../operation.ts'
import { listStream } from '../streams/list-stream.ts'

/** Lists runs. */
export const listRuns: Operation = {
  action: 'list',
  summary: 'A page of the runs of a machine; or, as server-sent events, all of them, and then each change.',
  gives: { 200: [JSON_TYPE, SSE_TYPE], 304: [] },
  problems: ['INVALID_REQUEST', 'NOT_FOUND', 'NOT_ACCEPTABLE', 'BUSY', 'UNAVAILABLE'],
  query: {
    machine: 'NAME, or NAME@VERSION for one version',
    at: 'the name of the state that the runs are in',
    cursor: 'where the page begins: the cursor of the page before it',
  },
  headers: {
    'If-None-Match': 'the ETag of an earlier answer',
    'Last-Event-ID': 'the id of the last event of a stream that broke off',
  },
  machineOf: ({ searchParams }) => {
    const machine = searchParams.get('machine') ?? ''
    if (/^[a-z][a-z0-9-]*(@[0-9A-Za-z.-]+)?$/.test(machine)) return machine
    throw invalid('machine is no NAME or NAME@VERSION; say in the query which runs are listed')
  },
  async respond(call) {
    const { request, url } = call
    const type = negotiate(request, [JSON_TYPE, SSE_TYPE])
    const at = url.searchParams.get('at') ?? undefined
    const cursor = url.searchParams.get('cursor') ?? undefined
    if (type === JSON_TYPE) return await showPage(call, { at, cursor })
    if (cursor === undefined) return await showAll(call, at)
    throw invalid('a stream has all runs and no cursor; leave it out')
  },
}

async function showPage(
  { request, host, limits, machine, may }: Call,
  { at, cursor }: { readonly at: string | undefined; readonly cursor: string | undefined },
): Promise<Response> {
  if (cursor !== undefined && !/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(cursor)) {
    throw invalid('cursor is not valid; give the cursor of the page before')
  }
  const page = await host.list({ machine, at, cursor, most: limits.runs, ...(may !== undefined && { may }) })
  const text = JSON.stringify(page)
  const headers = { etag: await tagOf(text), 'cache-control': 'private, no-cache', vary: 'Accept' }
  if (isKnown(request, headers.etag)) return new Response(null, { status: 304, headers })
  return new Response(text, { headers: { 'content-type': JSON_TYPE, ...headers } })
}

async function showAll(call: Call, at: string | undefined): Promise<Response> {
  const { request, host, subscribers, limits, machine, may } = call
  const headers = {
    'content-type': SSE_TYPE,
    'cache-control': 'no-cache, no-store',
    vary: 'Accept',
    'x-accel-buffering': 'no',
  }
  if (request.method === 'HEAD') return new Response(null, { headers })
  const following = { subject: await host.followList(machine), host, subscribers, limits, signal: request.signal }
  // What a caller may see may have changed, so it begins again. Then runs that it may no longer see are left out.
  const known = may === undefined ? (request.headers.get('last-event-id') ?? '') : ''
  return new Response(listStream(following, { machine, at, may, known }), { headers })
}

function invalid(message: string): HttpProblem {
  return new HttpProblem('INVALID_REQUEST', message)
}
