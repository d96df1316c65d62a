/** What an app on Next.js uses. Its bundler makes several copies of a module, and evaluates each of them. */
import { memoryStore } from '@xmachines/core/store'
import { oncePerProcess, readRun, routeHandlers, withXMachines, writeRun } from '@xmachines/http/next'
import { HostError, openHost } from '@xmachines/http/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { order, paid, taken, till } from './machines.ts'
import { quiet } from './quiet.ts'

quiet()

/** A copy of a module, as another bundle has it. */
async function copyOf<Module>(load: () => Promise<Module>): Promise<Module> {
  vi.resetModules()
  return await load()
}

function openTill() {
  const host = openHost(memoryStore(), [till])
  onTestFinished(() => host.close())
  return host
}

let names = 0
/** Each test opens something of its own. */
const newName = (): string => `test ${(names += 1)}`

test('what one copy opens, another uses', async () => {
  const copy = await copyOf(() => import('@xmachines/http/next'))
  expect(copy.oncePerProcess).not.toBe(oncePerProcess)
  const name = newName()
  const open = vi.fn(openTill)
  const [one, other] = [oncePerProcess(open, { name }), copy.oncePerProcess(open, { name })]
  expect(await one()).toBe(await other())
  expect(open).toHaveBeenCalledOnce()
  expect(await oncePerProcess(openTill, { name: newName() })()).not.toBe(await one())
})

test('what failed to open is opened by the next call', async () => {
  const open = vi.fn(openTill).mockImplementationOnce(() => {
    throw new Error('the store is away')
  })
  const host = oncePerProcess(open, { name: newName() })
  const { GET } = routeHandlers(host)
  const request = () => new Request('http://runs.example/openapi.json')
  await expect(GET(request())).rejects.toThrow('the store is away')
  expect((await GET(request())).status).toBe(200)
  expect(open).toHaveBeenCalledTimes(2)
})

test('nothing is opened while an app is built, and the error says what to do', async () => {
  vi.stubEnv('NEXT_PHASE', 'phase-production-build')
  onTestFinished(() => void vi.unstubAllEnvs())
  const open = vi.fn(openTill)
  await expect(oncePerProcess(open, { name: 'shop' })()).rejects.toThrow(
    /^shop was asked for during next build.*connection\(\)/,
  )
  expect(open).not.toHaveBeenCalled()
})

test('a run is read and written with a host of another copy', async () => {
  const { openHost: openCopy, HostError: CopiedError } = await copyOf(() => import('@xmachines/http/server'))
  const { till: copied } = await import('./machines.ts')
  expect(CopiedError).not.toBe(HostError)
  const host = openCopy(memoryStore(), [copied])
  onTestFinished(() => host.close())
  const { snapshot } = await host.create(copied)
  const written = await writeRun(host, snapshot.run, [paid(5)], { expectedHead: snapshot.head, key: 'form' })
  expect(written).toMatchObject({ isRepeated: false, snapshot: { sequence: 1, state: { cents: 5 } } })
  const again = await writeRun(host, snapshot.run, [paid(5)], { expectedHead: snapshot.head, key: 'form' })
  expect(again).toMatchObject({ isRepeated: true, snapshot: { sequence: 1 } })
  expect(await readRun(host, till, snapshot.run)).toMatchObject({
    snapshot: { sequence: 1 },
    history: [{ oid: snapshot.run }, { events: [paid(5)] }],
  })
  for (const id of ['', 'no-such-run', '0'.repeat(40)]) {
    expect(await readRun(host, till, id)).toBeUndefined()
    expect((await writeRun(host, id, [paid(5)])).problem?.code).toBe('NOT_FOUND')
  }
  expect(await readRun(host, order, snapshot.run)).toBeUndefined()
  const error = new CopiedError('BUSY', 'too much is open')
  expect(error instanceof HostError).toBe(true)
})

test('what is refused is given as a problem, and a fault is thrown', async () => {
  const store = memoryStore()
  const host = openHost(store, [till])
  onTestFinished(() => host.close())
  const { snapshot } = await host.create(till)
  expect((await writeRun(host, snapshot.run, [taken(1)])).problem).toMatchObject({ status: 409, code: 'REFUSED' })
  expect((await writeRun(host, snapshot.run, ['no event'])).problem).toMatchObject({ status: 400 })
  expect((await writeRun(host, snapshot.run, [paid(1)], { expectedHead: '1'.repeat(40) })).problem).toMatchObject({
    code: 'HEAD_MOVED',
    head: snapshot.head,
  })
  await host.close()
  await expect(writeRun(host, snapshot.run, [paid(1)])).rejects.toThrow('this server is closing')
})

test('the configuration keeps what it had', () => {
  const config = withXMachines({ serverExternalPackages: ['sharp', 'pg'], poweredByHeader: false })
  expect(config).toMatchObject({ poweredByHeader: false })
  expect(config.serverExternalPackages.filter((name) => name === 'pg')).toEqual(['pg'])
  expect(config.serverExternalPackages).toEqual(expect.arrayContaining(['sharp', '@xmachines/core', '@xmachines/http']))
})
