// Conditional requests, by RFC 9110, section 13.

import type { BareRequest } from '../wire/bare.ts'
import { headOfTag } from '../wire/snapshot.ts'
import { HttpProblem } from './http-problem.ts'

/** Whether the representation with an entity tag is the one that the request has already. */
export function isKnown(request: BareRequest, tag: string): boolean {
  const given = request.headers.get('if-none-match')
  if (given === null) return false
  if (given.trim() === '*') return true
  return tagsOf(given).some((one) => one.replace(/^W\//, '') === tag)
}

/**
 * The head that a request expects; undefined if it expects none.
 * @param current the head that the run has, as far as is known: of several that are given, it goes first
 * @throws {HttpProblem} `HEAD_MOVED` if no tag names a head
 */
export function expectedHead(request: BareRequest, current: string): string | undefined {
  const given = request.headers.get('if-match')
  if (given === null || given.trim() === '*') return undefined
  const heads = tagsOf(given).flatMap((tag) => headOfTag(tag) ?? [])
  const [first] = heads
  if (first !== undefined) return heads.includes(current) ? current : first
  throw new HttpProblem(
    'HEAD_MOVED',
    'If-Match names no head, so nothing was applied; give the ETag of an answer, or "HEAD" in quotation marks',
  )
}

/** The entity tag of a text. */
export async function tagOf(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  const digits = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0'))
  return `"${digits.join('')}"`
}

function tagsOf(list: string): string[] {
  return list.match(/(?:W\/)?"[^"]*"/g) ?? []
}
