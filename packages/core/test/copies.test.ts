/** Several copies of core in one process, as bundlers make them, and platforms that lack a global. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Core from '@xmachines/core'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { runModule } from './child.ts'
import { expectBugs } from './quiet.ts'

expectBugs()

const folder = mkdtempSync(join(tmpdir(), 'xmachines-copies-'))
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
  version: string
}
const bundle = join(folder, 'core.mjs')
let one: typeof Core
let other: typeof Core
let newer: typeof Core

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, '../src/index.ts')],
    bundle: true,
    format: 'esm',
    outfile: bundle,
    define: { 'process.env.NODE_ENV': '"development"' },
  })
  const text = readFileSync(bundle, 'utf8')
  const load = async (name: string, source: string): Promise<typeof Core> => {
    writeFileSync(join(folder, name), source)
    return (await import(pathToFileURL(join(folder, name)).href)) as typeof Core
  }
  one = await load('one.mjs', text)
  other = await load('other.mjs', text)
  newer = await load('newer.mjs', text.replaceAll(`"${version}"`, '"99.0.0"'))
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

const definition = {
  name: 'door',
  version: '1',
  initial: { at: 'closed' },
  states: { closed: { OPEN: 'open' }, open: {} },
  final: ['open'],
} as const

const doorOf = (core: typeof Core) =>
  core.defineMachine<{ at: 'closed' } | { at: 'open' }, { type: 'OPEN' }>(definition)

describe('two copies of one version', () => {
  test('are two modules', () => {
    expect(other.createRun).not.toBe(one.createRun)
  })

  test('take each other’s machines and runs', async () => {
    const door = doorOf(one)
    const run = other.createRun(door)
    const opened = one.waitFor(run, ({ state }) => state.at === 'open')
    const settled = one.handleOutputs(run, {})
    run.in.send({ type: 'OPEN' })
    expect((await opened).status).toBe('done')
    expect(await settled).toBe(0)
    expect(other.toMermaid(door)).toContain('closed --> open: OPEN')
    expect(one.restoreRun(doorOf(other), run.toJSON()).head).toBe(run.head)
  })

  test('pass on the refusal of another copy that initial throws', () => {
    const refusal = one.createRun(doorOf(one)).in.send(1 as never)
    const machine = other.defineMachine<number, { type: 'X' }>({
      name: 'm',
      version: '1',
      initial: () => {
        throw refusal
      },
      on: {},
    })
    const [genesis] = other
      .createRun(other.defineMachine<number, { type: 'X' }>({ name: 'm', version: '1', initial: 0, on: {} }))
      .toJSON().records
    for (const core of [one, other]) {
      expect(() => core.restoreRun(machine, [genesis] as never)).toThrow(
        /REPLAY_FAILED|breaks at sequence 0.*string type/,
      )
    }
  })

  test('know each other’s refusals, and tell subclasses by their prototypes', () => {
    const refusal = one.createRun(doorOf(one)).in.send(1 as never)
    const parsed = other.RunError.fromJSON(JSON.parse(JSON.stringify(refusal)))
    for (const error of [refusal, parsed]) {
      for (const core of [one, other]) expect(error).toBeInstanceOf(core.RunError)
      expect(error).not.toBeInstanceOf(newer.RunError)
    }
    expect([one.RunError.name, other.RunError.name]).toEqual(['RunError', 'RunError'])
    class Mine extends one.RunError {}
    expect(refusal).not.toBeInstanceOf(Mine)
    const mine = new Mine('RUN_DONE', 'mine')
    expect(mine).toBeInstanceOf(Mine)
    expect(mine).toBeInstanceOf(other.RunError)
    for (const value of [null, undefined, 1, {}, new Error('x'), Object.create(null)]) {
      expect(value instanceof one.RunError).toBe(false)
    }
  })
})

describe('a machine of one copy that runs in another', () => {
  type Any = { type: string; to?: unknown }
  const machineOf = (core: typeof Core, unhandled?: 'refuse') =>
    core.defineMachine<{ at: 'a' } | { at: 'b' }, Any>({
      name: 'm',
      version: '1',
      initial: { at: 'a' },
      states: {
        a: {
          GO: core.to(['b'], (_state: unknown, event: Any) => event.to as never),
          NO: () => core.refuse('No.', { n: 1 }),
        },
        b: {},
      },
      ...(unhandled === undefined ? {} : { unhandled }),
    } as never)
  const sent = (unhandled: 'refuse' | undefined, event: Any) => {
    vi.spyOn(console, 'error').mockReturnValue()
    const refusal = other.createRun(machineOf(one, unhandled)).in.send(event)
    const same = one.createRun(machineOf(one, unhandled)).in.send(event)
    expect(refusal?.toJSON()).toEqual({ ...same?.toJSON(), run: refusal?.run })
    return refusal
  }
  afterEach(() => {
    vi.restoreAllMocks()
  })

  test('refuses by its rules', () => {
    const refusal = sent(undefined, { type: 'NO' })
    expect(refusal).toMatchObject({ code: 'REFUSED', reason: 'No.', details: { n: 1 } })
    expect(refusal?.cause).toBeUndefined()
    expect(sent('refuse', { type: 'OTHER' })).toMatchObject({ code: 'UNHANDLED' })
  })

  test('is held to its targets, and to plain data', () => {
    const wrong = sent(undefined, { type: 'GO', to: { at: 'a' } })
    expect(wrong).toMatchObject({ code: 'INVALID_STATE', message: expect.stringContaining('it may go to b') })
    expect(sent(undefined, { type: 'GO' })).toMatchObject({ code: 'INVALID_STATE' })
    expect(sent(undefined, { type: 'GO', to: 5 })).toMatchObject({ code: 'INVALID_STATE' })
    vi.spyOn(console, 'error').mockReturnValue()
    const dated = one.defineMachine<{ at: 'a'; when?: unknown }, Any>({
      name: 'm',
      version: '1',
      initial: { at: 'a' },
      states: {
        a: { GO: one.to(['a'], () => ({ when: new Date(0) }) as never), ON: one.to(['a'], () => new Map() as never) },
      },
    })
    for (const core of [one, other]) {
      expect(core.createRun(dated).in.send({ type: 'GO' })).toMatchObject({
        code: 'INVALID_STATE',
        message: expect.stringContaining('state.when is a Date'),
      })
      expect(core.createRun(dated).in.send({ type: 'ON' })).toMatchObject({
        code: 'INVALID_STATE',
        message: expect.stringContaining('state is a Map'),
      })
    }
  })

  test('refuses its input by a rule', () => {
    const machine = one.defineMachine<number, Any>({
      name: 'm',
      version: '1',
      initial: () => one.refuse('No.'),
      on: {},
    })
    expect(() => other.createRun(machine)).toThrow(expect.objectContaining({ code: 'REFUSED', reason: 'No.' }))
  })
})

describe('a copy of another version', () => {
  test('is refused, and the error names both versions', () => {
    const message = new RegExp(
      `the machine was made by @xmachines/core ${version.replaceAll('.', '\\.')}, and this is 99\\.0\\.0`,
    )
    expect(() => newer.createRun(doorOf(one))).toThrow(TypeError)
    expect(() => newer.createRun(doorOf(one))).toThrow(message)
    expect(() => one.createRun(doorOf(newer))).toThrow(/made by @xmachines\/core 99\.0\.0/)
  })

  test('is refused by waitFor and handleOutputs, which take whatever else has the members', async () => {
    const run = one.createRun(doorOf(one))
    const message = /the run was made by @xmachines\/core .*, and this is 99\.0\.0; install one version/
    for (const refused of [newer.waitFor(run, () => true), newer.handleOutputs(run, {})]) {
      await expect(refused).rejects.toThrow(TypeError)
      await expect(refused).rejects.toThrow(message)
    }
    expect(run.in.locked).toBe(false)
    const { id, machine, error, snapshot, start, in: input, out } = run
    const far = { id, machine, error, snapshot, start, in: input, out }
    expect((await newer.waitFor(far, () => true)).sequence).toBe(0)
    const handled = newer.handleOutputs(far, {})
    run.in.send({ type: 'OPEN' })
    expect(await handled).toBe(0)
  })

  test('is what the version in package.json says', () => {
    expect(readFileSync(bundle, 'utf8')).toContain(`"${version}"`)
  })
})

test.each([
  ['WritableStreamDefaultWriter', "await run.in.getWriter().write({ type: 'OPEN' })"],
  ['ReadableStream', "run.in.send({ type: 'OPEN' })"],
])('core is imported, and works, if the platform has no %s', (name, use) => {
  const source = `
delete globalThis.${name}
const { createRun, defineMachine } = await import(${JSON.stringify(pathToFileURL(bundle).href)})
const door = defineMachine({ name: 'door', version: '1', initial: { at: 'closed' }, states: { closed: { OPEN: 'open' }, open: {} } })
const run = createRun(door)
${use}
console.log(run.state.at, run.head.length)
`
  expect(runModule(source).trim()).toBe('open 40')
})
