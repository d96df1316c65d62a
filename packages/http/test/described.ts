/** Holds answers against the description that the server gives of itself. */
import type { Handler } from '@xmachines/http/server'
import { expect } from 'vitest'

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>>>
}
type DescribedOperation = Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>

/** A request as it is described. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly base: string
}

const described = new WeakMap<Handler, Promise<Described>>()

async function describe(handler: Handler, base: string): Promise<Described> {
  return (await (await handler(new Request(`http://runs.example${base}/openapi.json`))).json()) as Described
}

/** Fails if the server does not say that a request may be answered so. */
export async function checkDescribed(
  handler: Handler,
  { method, path, base }: Asked,
  response: Response,
): Promise<void> {
  const known = described.get(handler) ?? describe(handler, base)
  described.set(handler, known)
  const { paths } = await known
  const [plain = ''] = path.slice(base.length).split('?')
  const template = Object.keys(paths).find((one) => {
    const pattern = one.replace('{machine}', '[^/]+').replace('{id}', '[0-9a-f]{40}([0-9a-f]{24})?')
    return new RegExp(`^${pattern}$`).test(decodeURIComponent(plain.replaceAll(/%(?![0-9a-f]{2})/g, '%25')))
  })
  const operation = paths[template ?? '']?.[method === 'HEAD' ? 'get' : method.toLowerCase()]
  // Other paths are 404, and other methods 405.
  if (operation === undefined) return expect([204, 400, 404, 405]).toContain(response.status)
  const answers = operation['responses'] as DescribedOperation
  expect(Object.keys(answers), `${method} ${template}`).toContain(String(response.status))
  const type = response.headers.get('content-type')?.split(';')[0]
  if (type !== undefined)
    expect(Object.keys(answers[response.status]?.content ?? {}), `${method} ${template}`).toContain(type)
}
