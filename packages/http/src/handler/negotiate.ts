// Which representation a request wants, by RFC 9110, section 12.5.1.

import Negotiator from 'negotiator'
import type { BareRequest } from '../wire/bare.ts'
import { HttpProblem } from './http-problem.ts'

/**
 * The media type that a request prefers among those that there are, the first if it does not matter.
 * @throws {HttpProblem} `NOT_ACCEPTABLE` if it wants none of them
 */
export function negotiate<Type extends string>(request: BareRequest, available: readonly [Type, ...Type[]]): Type {
  const accept = request.headers.get('accept')
  if (accept === null || accept.trim() === '') return available[0]
  const found = new Negotiator({ headers: { accept } }).mediaType(available)
  // It gives one of those that it was given.
  if (found !== undefined) return found as Type
  throw new HttpProblem('NOT_ACCEPTABLE', `Accept must name one of ${available.join(', ')}`)
}
