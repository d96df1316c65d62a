/** The modules that --machine names: which machines are taken from them, and how faulty modules are reported. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linesOf, type ProgramResult, programIn } from './program.ts'
import { makeFolder, makeRepository, type TallyRun, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
const program = programIn(folder.path)
let directory = ''
let run: TallyRun

beforeAll(async () => {
  const repository = await makeRepository(folder)
  directory = repository.directory
  run = tallyRun()
  await repository.record(run).stop()
})

/** Verifies the run with the machines of some modules. */
function verify(...modules: readonly string[]): Promise<ProgramResult> {
  return program(['-C', directory, 'verify', run.id, '--json', ...modules.flatMap((module) => ['-m', module])])
}

function write(name: string, text: string): string {
  writeFileSync(join(folder.path, name), text)
  return `./${name}`
}

const importing = "import { defineMachine } from '@xmachines/core'\n"
const machine = (name: string): string => `defineMachine({ name: '${name}', version: '1.0', initial: 0, on: {} })`

test('the right machine is picked from several, even if a module prints and keeps the process busy for ever', async () => {
  const busy = "setInterval(() => {}, 1000)\nconsole.log('one and two')\n"
  const other = write(
    'other.mjs',
    `${importing}${busy}export const one = ${machine('one')}\nexport default ${machine('two')}`,
  )
  const { status, stdout, stderr } = await verify(other, 'tally.mjs')
  expect([status, stderr]).toEqual([0, 'one and two\n'])
  expect(linesOf(stdout)).toMatchObject([{ id: run.id }])
  const alone = await verify(other)
  expect(alone).toMatchObject({ status: 1, stdout: '' })
  expect(alone.stderr).toContain(
    'error: the run is of tally@1.0, but the machines given are one@1.0, two@1.0; ' +
      'give the module of that machine with --machine (MACHINE_MISMATCH)\n',
  )
})

describe('different machines of one name and version are refused', () => {
  test('in one module, and in several', async () => {
    const two = write(
      'two.mjs',
      `${importing}export const a = ${machine('tally')}\nexport const b = ${machine('tally')}`,
    )
    const inOne =
      'error: two different machines are tally@1.0: ./two.mjs (a, b); give only the module of the right one\n'
    expect(await verify(two)).toEqual({ status: 2, stdout: '', stderr: inOne })
    const inSeveral =
      'error: 3 different machines are tally@1.0: tally.mjs (tally), ./two.mjs (a, b); give only the module of the right one\n'
    expect(await verify('tally.mjs', two)).toEqual({ status: 2, stdout: '', stderr: inSeveral })
  })

  test('but the same machine may be given several times', async () => {
    const again = write('again.mjs', "export { tally, tally as default, tally as other } from './tally.mjs'")
    expect(await verify(again, 'tally.mjs', './tally.mjs')).toMatchObject({ status: 0, stderr: '' })
  })
})

describe('a module that ends the program, or never finishes, is reported, and the exit status is 1', () => {
  test.each([
    ['exits.mjs', 'process.exit(0)', './exits.mjs ended the program while it was being loaded'],
    ['fails.mjs', 'process.exit(7)', './fails.mjs ended the program while it was being loaded'],
    [
      'waits.mjs',
      'await new Promise(() => {})',
      './waits.mjs never finishes loading: it waits for something that does not happen',
    ],
  ])('%s', async (name, text, why) => {
    expect(await verify(write(name, text))).toEqual({ status: 1, stdout: '', stderr: `error: ${why}\n` })
  })

  test('and so is a machine that does so during the replay', async () => {
    const text = `${importing}export default defineMachine({
      name: 'tally', version: '1.0', initial: () => process.exit(0), on: {} })`
    const { status, stdout, stderr } = await verify(write('later.mjs', text))
    expect([status, stdout, stderr]).toEqual([1, '', 'error: the program ended before the command was finished\n'])
  })
})

describe('a faulty module is reported, with the line if that is known', () => {
  test.each([
    ['none.mjs', 'export const door = 7', './none.mjs exports no machine; export what defineMachine returned'],
    [
      'copy.mjs',
      "export default { name: 'tally', version: '1.0', transition() {} }",
      'the machines of ./copy.mjs were made by another copy of @xmachines/core',
    ],
    ['throws.mjs', '\nthrow new Error("no luck\\u202e")', 'cannot be loaded: no luck\\u202e (./throws.mjs:2)'],
    ['seven.mjs', 'throw 7', 'the machine ./seven.mjs cannot be loaded: 7\n'],
    ['short.mjs', '\nexport const door = {', 'cannot be loaded: Unexpected end of input (./short.mjs:2)'],
    ['inside.mjs', "import './throws.mjs'", 'cannot be loaded: no luck\\u202e (throws.mjs:2)'],
    ['imports.mjs', "import './short.mjs'", './imports.mjs cannot be loaded: Unexpected end of input\n'],
    ['lacks.mjs', "import { door } from './tally.mjs'", "export named 'door' (./lacks.mjs:1)"],
    ['named.mjs', `${importing}export default ${machine('Door')}`, '(./named.mjs:2)'],
    ['built.tsx', 'export default 7', 'Unknown file extension ".tsx"'],
    ['built.tsx', 'export default 7', '/built.tsx; build it\n'],
    // What a Node does that cannot read TypeScript.
    [
      'typed.ts',
      "throw Object.assign(new TypeError('Unknown file extension'), { code: 'ERR_UNKNOWN_FILE_EXTENSION' })",
      'Unknown file extension; build it, or run Node 22.18 or later',
    ],
  ])('%s', async (name, text, why) => {
    const { status, stdout, stderr } = await verify(write(name, text))
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error: .*\n$/)
    expect(stderr).toContain(why)
  })

  test.each(['tally@1.0', 'nothing.mjs', '.'])('and so is a name that is not a file: %s', async (given) => {
    const stderr = `error: ${given} is not a file; give --machine a module, such as ./door.mjs\n`
    expect(await verify(given)).toEqual({ status: 1, stdout: '', stderr })
  })
})
