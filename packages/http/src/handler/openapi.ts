// The description of the server as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1), made of the table of routes.

import { MARKDOWN_TYPE, NDJSON_TYPE, PROBLEM_TYPE, SCHEMA_TYPE, SSE_TYPE } from '../wire/media-types.ts'
import { type ProblemCode, STATUS } from '../wire/problem.ts'
import type { Operation, Route } from './operation.ts'

const PARAMETERS = {
  machine: { description: 'NAME@VERSION', schema: { type: 'string' } },
  id: { description: 'the id of a run', schema: { type: 'string', pattern: '^([0-9a-f]{40}|[0-9a-f]{64})$' } },
} as const

/** Refusals that any request may get. */
const ANY: readonly ProblemCode[] = ['FORBIDDEN', 'INTERNAL']

/** Describes the server. */
export function describeServer(routes: readonly Route[], base: string): unknown {
  return {
    openapi: '3.1.1',
    info: { title: 'Runs over HTTP', version: '1' },
    servers: [{ url: base === '' ? '/' : base }],
    paths: Object.fromEntries(routes.map((route) => [route.path, describePath(route)])),
    components: { schemas: SCHEMAS },
  }
}

function describePath({ path, methods }: Route): unknown {
  const names = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name as keyof typeof PARAMETERS)
  const parameters = names.map((name) => ({ name, in: 'path', required: true, ...PARAMETERS[name] }))
  const operations = Object.entries(methods).map(([method, operation]) => [
    method.toLowerCase(),
    describeOperation(operation),
  ])
  return { ...(parameters.length > 0 && { parameters }), ...Object.fromEntries(operations) }
}

function describeOperation({ summary, takes, gives, problems, query = {}, headers = {} }: Operation): unknown {
  const parameters = [
    ...Object.entries(query).map(([name, description]) => parameter('query', name, description)),
    ...Object.entries(headers).map(([name, description]) => parameter('header', name, description)),
  ]
  return {
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(takes !== undefined && { requestBody: { content: contentOf(takes, 'given') } }),
    responses: { ...successes(gives), ...refusals([...problems, ...ANY]) },
  }
}

function parameter(place: 'query' | 'header', name: string, description: string): unknown {
  return { name, in: place, description, schema: { type: 'string' } }
}

function successes(gives: Operation['gives']): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(gives).map(([status, types]) => [
      status,
      {
        description: DESCRIPTIONS[Number(status)] ?? '',
        ...(types.length > 0 && { content: contentOf(types, 'shown') }),
      },
    ]),
  )
}

function refusals(codes: readonly ProblemCode[]): Record<string, unknown> {
  const statuses = grouped(codes)
  return Object.fromEntries(
    Array.from(statuses, ([status, found]) => [
      String(status),
      {
        description: [...new Set(found)].join(', '),
        content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}

function grouped(codes: readonly ProblemCode[]): Map<number, ProblemCode[]> {
  const statuses = new Map<number, ProblemCode[]>()
  for (const code of codes) statuses.set(STATUS[code], [...(statuses.get(STATUS[code]) ?? []), code])
  return statuses
}

/** What bodies have, as far as a schema can say it: states and events are those of a machine. */
function contentOf(types: readonly string[], how: 'given' | 'shown'): unknown {
  const isText = (type: string): boolean => [MARKDOWN_TYPE, SSE_TYPE, NDJSON_TYPE].includes(type)
  return Object.fromEntries(
    types.map((type) => {
      if (isText(type)) return [type, { schema: { type: 'string' } }]
      return [type, type === SCHEMA_TYPE || how === 'given' ? {} : { schema: {} }]
    }),
  )
}

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  200: 'it is here',
  201: 'it was not here before',
  204: 'there is nothing new',
  304: 'what the caller has is the latest',
}

const SCHEMAS = {
  Snapshot: {
    type: 'object',
    required: ['run', 'head', 'position', 'state', 'status', 'sequence'],
    properties: {
      run: { type: 'string' },
      head: { type: 'string' },
      position: { type: 'integer', minimum: 0 },
      sequence: { type: 'integer', minimum: 0 },
      status: { enum: ['active', 'done', 'error'] },
      state: {},
    },
  },
  Problem: {
    type: 'object',
    required: ['type', 'title', 'status', 'code', 'detail'],
    properties: {
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      code: { enum: Object.keys(STATUS) },
      detail: { type: 'string' },
      run: { type: 'string' },
      sequence: { type: 'integer' },
      index: { type: 'integer' },
      reason: { type: 'string' },
      details: {},
      fatal: { type: 'boolean' },
      head: { type: 'string' },
      successor: { type: 'string' },
    },
  },
}
