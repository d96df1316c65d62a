/** The program as a whole: its arguments, its errors, and the escaping of its output. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { linesOf, main, programIn, runNode } from './program.ts'
import { add, git, makeFolder, makeRepository, type TallyRun, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
const program = programIn(folder.path)
let directory = ''
let run: TallyRun

/** Characters that a terminal would obey, or that reorder or hide text. */
const unseen = '\u001b[31m\u0007\u009b2J\u202eabc\u2066\u200b\u2028\u{e0041}'
const shown = '\\u001b[31m\\u0007\\u009b2J\\u202eabc\\u2066\\u200b\\u2028\\udb40\\udc41'

beforeAll(async () => {
  const repository = await makeRepository(folder)
  directory = repository.directory
  run = tallyRun()
  const recorder = repository.record(run)
  run.in.send(add(2))
  run.in.send({ type: 'ADD', by: 3, note: unseen })
  await repository.keepSnapshot(run)
  await recorder.stop()
})

describe('help', () => {
  const repositoryCommands = ['runs', 'log', 'show', 'verify', 'import', 'export']
  const commands = [...repositoryCommands, 'replay', 'bisect', 'check', 'shrink', 'test']

  test('names every command, and explains the exit status', async () => {
    const { status, stdout, stderr } = await program(['--help'])
    expect([status, stderr]).toEqual([0, ''])
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
    expect(stdout).toContain('exit status')
    expect(await program([])).toMatchObject({ status: 2, stdout: '', stderr: stdout })
  })

  test.each(commands)('of %s has an example, the options of every command, and fits a page', async (command) => {
    const { status, stdout } = await program([command, '--help'])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^Examples?.*:\n {2}\$ .*xmachines/m)
    for (const option of ['--repository <dir>', '--json', '--help']) expect(stdout).toContain(option)
    // Examples are not wrapped, so that they can be copied.
    const lines = stdout.split('\n').filter((line) => !line.startsWith('  $ '))
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('comes with the version of the package', async () => {
    expect(await program(['--version'])).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' })
  })
})

describe('wrong arguments give the status 2, and an explanation', () => {
  test.each([
    [['frob'], 'unknown command'],
    [['runs', '--frob'], 'unknown option'],
    [['log'], 'missing required argument'],
    [['log', 'abcd', 'abce'], 'too many arguments'],
    [['log', 'abcd', '--from', '-1'], 'whole number'],
    [['log', 'abcd', '--limit', '0'], 'whole number, 1 or more'],
    [['show', 'abcd', '--at', '1e3'], 'whole number'],
    [['runs', '--machine', '../..'], 'name of a machine'],
    [['runs', '--machine', 'a@1@2'], 'name of a machine'],
    [['verify', 'abcd'], '--machine <file>'],
    [['verify', '-m', 'tally.mjs'], "'id'"],
    [['verify', 'abcd', '--all', '-m', 'tally.mjs'], 'an id and --all'],
    [['import'], "'file'"],
    [['bisect', 'x.json', '-m', 'tally.mjs', '--until', 'state =>'], 'It is no JavaScript'],
    [['shrink', 'x.json', '-m', 'tally.mjs', '--until', '7'], 'It must be a function'],
    [['log', `--\u202e`], '\\u202e'],
  ])('%j', async (arguments_, why) => {
    const { status, stdout, stderr } = await program(arguments_)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^error: /)
    expect(stderr).toContain(why)
  })

  test.each(['abc', 'HEAD', 'xyz1', '0'.repeat(41), 'abcd\u202e'])('for the id %j', async (id) => {
    const { status, stdout, stderr } = await program(['-C', directory, 'log', id])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain('40 hex digits')
    expect(stderr).not.toContain('\u202e')
  })
})

test('without a repository the status is 1, with one message and no stack', async () => {
  for (const command of [['runs'], ['log', 'abcd'], ['export', 'abcd']]) {
    const { status, stdout, stderr } = await program(['-C', join(folder.path, 'nowhere'), ...command])
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error: \S*nowhere does not exist; name the repository with -C \(NOT_A_REPOSITORY\)\n$/)
  }
  const file = join(folder.path, 'tally.mjs')
  const onFile = await program(['-C', file, 'runs'])
  expect(onFile.stderr).toBe(`error: ${file} is a file; give the directory of a repository (NOT_A_REPOSITORY)\n`)
  expect((await program(['runs'])).stderr).toMatch(/^error: .* is not a Git repository: /)
})

test('the repository is the current directory by default, or given before or after the command', async () => {
  const expected = `${run.id.slice(0, 8)}`
  expect((await program(['-C', directory, 'runs'])).stdout).toContain(expected)
  expect((await program(['runs', '--repository', directory])).stdout).toContain(expected)
  const inside = await runNode(directory, ['--conditions=@xmachines/source', main, 'runs'])
  expect(inside.stdout).toContain(expected)
})

describe('characters that a terminal would obey are escaped', () => {
  test('in logs and states, and JSON keeps its meaning', async () => {
    const { stdout } = await program(['-C', directory, 'log', run.id])
    expect(stdout).toContain(`{"by":3,"note":"${shown}","type":"ADD"}`)
    for (const command of [
      ['log', run.id, '--from', '2', '--json'],
      ['show', run.id, '--json'],
    ]) {
      const json = (await program(['-C', directory, ...command])).stdout
      expect(json).toContain(shown)
      expect(linesOf(json)[0]).toMatchObject({ events: [{ note: unseen }] })
    }
    const document = (await program(['-C', directory, 'export', run.id])).stdout
    expect(document).toContain(shown)
    expect(JSON.parse(document)).toEqual(JSON.parse(JSON.stringify(run)))
    for (const text of [stdout, document]) expect(text).toMatch(/^[\x20-\x7e\n]+$/)
  })

  test('in errors, and foreign text cannot pass for another error', async () => {
    writeFileSync(join(folder.path, 'evil.json'), 'x\u001b]0;\u202e')
    const { stderr } = await program(['-C', directory, 'import', 'evil.json'])
    expect(stderr).toMatch(/^error: evil\.json is not JSON: .*\\u001b/)
    expect(stderr).toMatch(/^[\x20-\x7e\n]+$/)
    const missing = await program(['-C', directory, 'import', 'no\nerror: all is lost'])
    expect(missing.stderr).not.toMatch(/^error: all/m)
  })
})

test('a pipe has colours if the environment asks for them', async () => {
  const ask = async (more: NodeJS.ProcessEnv): Promise<string> =>
    (await program(['-C', directory, 'runs'], '', more)).stdout
  const plain = await ask({})
  expect(plain).not.toContain('\u001b')
  expect(await ask({ FORCE_COLOR: '1' })).toContain('\u001b[36mtally@1.0')
  for (const more of [{ FORCE_COLOR: '0' }, { NO_COLOR: '1' }]) expect(await ask(more)).toBe(plain)
})

test('a reader that stops, as head does, ends the program quietly', async () => {
  const long = await makeRepository(folder)
  const many = tallyRun()
  for (let at = 0; at < 20_000; at++) many.in.send(add(at))
  await long.record(many, { durability: 'process' }).stop()
  const flags = ['--conditions=@xmachines/source', main, '-C', long.directory, 'log', many.id]
  const child = spawn(process.execPath, flags, { env: { PATH: process.env['PATH'] } })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text
  })
  await once(child.stdout, 'data')
  child.stdout.destroy()
  const [status] = (await once(child, 'close')) as [number | null]
  expect([status, complaints]).toEqual([0, ''])
})

test('a repository that has no runs says so', async () => {
  const empty = await makeRepository(folder)
  expect(await program(['-C', empty.directory, 'runs'])).toEqual({
    status: 0,
    stdout: '',
    stderr: `there are no runs in ${empty.directory}\n`,
  })
  expect(await program(['-C', empty.directory, 'runs', '--json'])).toEqual({ status: 0, stdout: '', stderr: '' })
  expect((await program(['-C', empty.directory, 'log', 'abcd'])).stderr).toContain('it has no runs')
  expect(git(empty.directory, 'for-each-ref')).toBe('')
})

test('no source of the package loads the program', () => {
  const sources = join(import.meta.dirname, '../src')
  const files = globSync('**/*.ts', { cwd: sources, exclude: ['cli/**'] })
  expect(files.length).toBeGreaterThan(30)
  for (const file of files)
    expect(readFileSync(join(sources, file), 'utf8')).not.toMatch(/from '((\.\.?\/)+cli\/|commander)/)
})
