// What there is at each path. The handler, the `Allow` header and the description of the server are all made of this table.

import { JSON_TYPE } from '../wire/media-types.ts'
import { describeServer } from './openapi.ts'
import type { Method, Operation, Route } from './operation.ts'
import { readHistory } from './operations/history.ts'
import { listRuns } from './operations/list.ts'
import { createRunOfMachine, describeMachine } from './operations/machines.ts'
import { readRun, takeRun, writeRun } from './operations/runs.ts'

/** The description of this server. */
const showDescription: Operation = {
  action: 'describe',
  summary: 'What there is at this server, as OpenAPI 3.1.',
  gives: { 200: [JSON_TYPE] },
  problems: ['NOT_ACCEPTABLE'],
  respond: async ({ base }) =>
    Response.json(describeServer(routes, base), { headers: { 'cache-control': 'private, no-cache' } }),
}

/** All paths. */
export const routes: readonly Route[] = [
  route('/openapi.json', /^\/openapi\.json$/, { GET: showDescription }),
  route('/m/{machine}', /^\/m\/(?<machine>[a-z][a-z0-9-]*@[0-9A-Za-z.-]+)$/, {
    GET: describeMachine,
    POST: createRunOfMachine,
  }),
  route('/r', /^\/r$/, { GET: listRuns, POST: takeRun }),
  route('/r/{id}', /^\/r\/(?<id>[0-9a-f]{40}|[0-9a-f]{64})$/, { GET: readRun, PATCH: writeRun }),
  route('/r/{id}/history', /^\/r\/(?<id>[0-9a-f]{40}|[0-9a-f]{64})\/history$/, { GET: readHistory }),
]

function route(path: string, pattern: RegExp, methods: Partial<Record<Method, Operation>>): Route {
  return { path, methods, match: (given) => pattern.exec(given)?.groups ?? (pattern.test(given) ? {} : undefined) }
}

/** The methods of a route, as `Allow` lists them. */
export function allowed({ methods }: Route): string {
  return [...Object.keys(methods), ...(methods.GET === undefined ? [] : ['HEAD']), 'OPTIONS'].toSorted().join(', ')
}
