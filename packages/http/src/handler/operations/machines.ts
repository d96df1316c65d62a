// A machine: what it is, and new runs of it.

import { type AnyMachine, toMermaid } from '@xmachines/core'
import { JSON_TYPE, MARKDOWN_TYPE, SCHEMA_TYPE } from '../../wire/media-types.ts'
import { machinePath, runPath } from '../../wire/paths.ts'
import { parseJson, readBody } from '../body.ts'
import { isKnown, tagOf } from '../conditional.ts'
import { schemaOf } from '../event-schema.ts'
import { HttpProblem } from '../http-problem.ts'
import { negotiate } from '../negotiate.ts'
import type { Call, Operation } from '../operation.ts'
import { snapshotResponse } from './snapshot-response.ts'

/** Describes a machine. */
export const describeMachine: Operation = {
  action: 'describe',
  summary: 'A machine: its states and arrows, its diagram, or the JSON Schema of its events.',
  gives: { 200: [JSON_TYPE, MARKDOWN_TYPE, SCHEMA_TYPE], 304: [] },
  problems: ['NOT_FOUND', 'NOT_ACCEPTABLE'],
  headers: { 'If-None-Match': 'the ETag of an earlier answer' },
  async respond(call) {
    const machine = machineOf(call)
    const schema = schemaOf(machine)
    const type = negotiate(
      call.request,
      schema === undefined ? [JSON_TYPE, MARKDOWN_TYPE] : [JSON_TYPE, MARKDOWN_TYPE, SCHEMA_TYPE],
    )
    const text = {
      [JSON_TYPE]: () => JSON.stringify(described(machine, schema)),
      [MARKDOWN_TYPE]: () => markdownOf(machine),
      [SCHEMA_TYPE]: () => JSON.stringify(schema),
    }[type]()
    // A machine has a version, and yet what is shown of it may change with the version of this package.
    const headers = { etag: await tagOf(text), 'cache-control': 'private, no-cache', vary: 'Accept' }
    if (isKnown(call.request, headers.etag)) return new Response(null, { status: 304, headers })
    const charset = type === MARKDOWN_TYPE ? '; charset=utf-8' : ''
    return new Response(text, { headers: { 'content-type': type + charset, ...headers } })
  },
}

/** Creates a run. */
export const createRunOfMachine: Operation = {
  action: 'create',
  summary: 'Creates a run. With createdAt and nonce its id is known beforehand, so the request can be sent again.',
  takes: [JSON_TYPE],
  gives: { 201: [JSON_TYPE], 200: [JSON_TYPE] },
  problems: [
    'INVALID_REQUEST',
    'NOT_FOUND',
    'REFUSED',
    'TRANSITION_FAILED',
    'TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'UNAVAILABLE',
  ],
  async respond(call) {
    const machine = machineOf(call)
    negotiate(call.request, [JSON_TYPE])
    const body = await readBody(call.request, { bytes: call.limits.bodyBytes, types: [JSON_TYPE] })
    const { snapshot, isNew } = await create(call, machine, optionsOf(body.text))
    const location = call.base + runPath(snapshot.run)
    return snapshotResponse(snapshot, { status: isNew ? 201 : 200, headers: { location } })
  },
}

async function create(call: Call, machine: AnyMachine, options: ReturnType<typeof optionsOf>) {
  try {
    return await call.host.create(machine, options)
  } catch (thrown) {
    // What is thrown in `initial` is a refusal. These are of the arguments.
    if (thrown instanceof TypeError || thrown instanceof RangeError) throw invalid(thrown.message)
    throw thrown
  }
}

function optionsOf(text: string): { input?: unknown; createdAt?: number; nonce?: Uint8Array } {
  if (text.trim() === '') return {}
  const given = parseJson(text)
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid('the body is not an object; send { input, createdAt, nonce }, of which each is optional')
  }
  const { input, createdAt, nonce, ...others } = given as Readonly<Record<string, unknown>>
  const [other] = Object.keys(others)
  if (other !== undefined) {
    throw invalid(
      `the body has the member ${JSON.stringify(other.slice(0, 60))}; the members are input, createdAt and nonce`,
    )
  }
  if (createdAt !== undefined && typeof createdAt !== 'number') throw invalid('createdAt is not a number of seconds')
  if (nonce !== undefined && !(typeof nonce === 'string' && /^[0-9a-f]{32}$/.test(nonce))) {
    throw invalid('nonce is not 32 hex digits in lower case')
  }
  return {
    ...(input !== undefined && { input }),
    ...(createdAt !== undefined && { createdAt }),
    ...(nonce !== undefined && {
      nonce: Uint8Array.from(nonce.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16)),
    }),
  }
}

/** @throws {HttpProblem} `NOT_FOUND` */
function machineOf({ host, machine }: Call): AnyMachine {
  const found = host.machines.find(({ name, version }) => `${name}@${version}` === machine)
  if (found !== undefined) return found
  throw new HttpProblem('NOT_FOUND', 'there is no machine of this name and version here')
}

function described({ name, version, graph, unhandled }: AnyMachine, events: unknown): unknown {
  return { name, version, ...graph, unhandled: unhandled ?? 'ignore', ...(events !== undefined && { events }) }
}

function markdownOf(machine: AnyMachine): string {
  const { name, version, graph } = machine
  const label = `${name}@${version}`
  const events = [...new Set(graph.arrows.map(({ event }) => event))].toSorted()
  const list = events.map((event) => `- \`${event}\`\n`).join('')
  return (
    `# ${label}\n\n\`\`\`mermaid\n${toMermaid(machine)}\n\`\`\`\n\n` +
    `Events that its tables name:\n\n${list === '' ? 'none\n' : list}\n` +
    `\`POST ${machinePath(machine)}\` creates a run.\n`
  )
}

function invalid(message: string): HttpProblem {
  return new HttpProblem('INVALID_REQUEST', message)
}
