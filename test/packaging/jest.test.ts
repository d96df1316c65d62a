/** A project with Jest, set up as the guide says, tests a machine and a component with the packed packages. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { run } from '../../scripts/pack.ts'
import { consumer, unpackInto } from './project.ts'

const root = join(import.meta.dirname, '../..')
const fixture = join(import.meta.dirname, 'jest')
const guide = readFileSync(join(root, 'docs/jest.md'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'xmachines-jest-'))

/** What the packages depend on, and the package of this workspace that has it installed. */
const dependencies: [name: string, of: string][] = [
  ['@noble/hashes', 'core'],
  ['use-sync-external-store', 'react'],
]

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe.each(['with-babel', 'with-ts-jest', 'with-fixed-jsdom'])('%s', (setup) => {
  test.each([
    ['npm', installAsNpm],
    ['pnpm', installAsPnpm],
  ])('a test of core and of a component passes, in jsdom and in Node, as %s installs them', (by, install) => {
    const project = join(folder, `${setup}-${by}`)
    for (const from of [join(fixture, 'src'), join(fixture, setup)]) {
      cpSync(from, from.endsWith('src') ? join(project, 'src') : project, { recursive: true })
    }
    cpSync(join(fixture, 'jest.platform.js'), join(project, 'jest.platform.js'))
    install(project)
    const jest = join(project, 'node_modules/jest/bin/jest.js')
    const args = [jest, '--ci', '--json', '--no-cache', '--runInBand']
    const { numPassedTests, numTotalTests } = JSON.parse(run(project, process.execPath, args, consumer())) as {
      numPassedTests: number
      numTotalTests: number
    }
    expect([numPassedTests, numTotalTests]).toEqual([3, 3])
  })

  test('the guide shows these files', () => {
    for (const file of readdirSync(join(fixture, setup))) {
      expect(guide).toContain(readFileSync(join(fixture, setup, file), 'utf8').trim())
    }
    expect(guide).toContain(readFileSync(join(fixture, 'jest.platform.js'), 'utf8').trim())
  })
})

test('without the streams of Node, jsdom gets an error that names them', () => {
  const project = join(folder, 'with-babel-npm')
  const config = readFileSync(join(project, 'jest.config.js'), 'utf8').replace(/setupFiles.*\n/, '')
  writeFileSync(join(project, 'bare.config.js'), config)
  const args = ['node_modules/jest/bin/jest.js', '--config', 'bare.config.js', 'src/door.spec.ts']
  expect(() => run(project, process.execPath, args, consumer())).toThrow('this platform has no global WritableStream')
})

/** Every package has a folder of its own at the top of `node_modules`. */
function installAsNpm(project: string): void {
  unpackInto(project, '@xmachines/core')
  unpackInto(project, '@xmachines/react')
  for (const [name, of] of dependencies) {
    const from = realpathSync(join(root, 'packages', of, 'node_modules', name))
    cpSync(from, join(project, 'node_modules', name), { recursive: true })
  }
  linkTools(project)
}

/** Every package lies in a folder of its store, beside links to what it depends on. */
function installAsPnpm(project: string): void {
  for (const of of ['core', 'react']) {
    const name = `@xmachines/${of}`
    const place = join(project, 'node_modules/.pnpm', `@xmachines+${of}@1.0.0`)
    mkdirSync(place, { recursive: true })
    unpackInto(place, name)
    link(join(place, 'node_modules', name), join(project, 'node_modules', name))
    if (of === 'react') {
      link(join(project, 'node_modules/@xmachines/core'), join(place, 'node_modules/@xmachines/core'))
      link(join(fixture, 'node_modules/react'), join(place, 'node_modules/react'))
    }
    for (const [dependency] of dependencies.filter(([, owner]) => owner === of)) {
      link(join(root, 'packages', of, 'node_modules', dependency), join(place, 'node_modules', dependency))
    }
  }
  linkTools(project)
}

/** Links what the project itself depends on. */
function linkTools(project: string): void {
  const { devDependencies } = JSON.parse(readFileSync(join(fixture, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  for (const name of Object.keys(devDependencies)) {
    link(join(fixture, 'node_modules', name), join(project, 'node_modules', name))
  }
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(realpathSync(target), path)
}
