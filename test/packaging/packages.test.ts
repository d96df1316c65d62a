/** Each published package, packed as for publishing, in an empty project with no other dependencies. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { machineNode } from '../../scripts/machine-node.ts'
import { lintTarball, type Manifest, type PackedPackage, readManifest, run } from '../../scripts/pack.ts'
import { consumer, packedPackage } from './project.ts'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'xmachines-packaging-'))
const names = [
  '@xmachines/core',
  '@xmachines/git',
  '@xmachines/http',
  '@xmachines/indexeddb',
  '@xmachines/inspector',
  '@xmachines/postgres',
  '@xmachines/react',
  '@xmachines/xstate',
]
const nodes: [string, () => string][] = [
  ['the Node of the workspace', () => process.execPath],
  ['the Node of this machine', () => machineNode().path],
]
const typescript = join(root, 'node_modules/.bin/tsc')
const typescript5 = join(import.meta.dirname, 'jest/node_modules/.bin/tsc')

/** How TypeScript 5 resolves modules. */
const ways: [string, object][] = [
  ['nodenext', { moduleResolution: 'nodenext', module: 'nodenext' }],
  ['node16', { moduleResolution: 'node16', module: 'node16' }],
  ['node10', { moduleResolution: 'node10', module: 'esnext' }],
  ['node10 for CommonJS', { moduleResolution: 'node10', module: 'commonjs' }],
  ['bundler', { moduleResolution: 'bundler', module: 'esnext' }],
]

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('every published package is tested here', () => {
  expect(inject('packages').map(({ name }) => name)).toEqual(names)
})

describe.each(names)('%s', (name) => {
  let project = ''
  let installed: Manifest
  let specifiers: string[] = []

  beforeAll(() => {
    const packed = packedPackage(name)
    project = emptyProject(packed)
    installed = readManifest(join(project, 'node_modules', name))
    specifiers = Object.keys(installed.exports ?? {}).map((path) => name + path.slice(1))
  })

  test('publint and attw find no fault in its tarball', () => {
    lintTarball(packedPackage(name).tarball)
  })

  test('its manifest has nothing that only the workspace understands', () => {
    expect(JSON.stringify(installed)).not.toMatch(/catalog:|workspace:|@xmachines\/source/)
  })

  test('it contains its licence and its readme', () => {
    const place = join(project, 'node_modules', name)
    expect(readFileSync(join(place, 'LICENSE'), 'utf8')).toContain('MIT License')
    expect(readFileSync(join(place, 'README.md'), 'utf8')).toContain(name)
  })

  test('every link of its readme leads into the package or to another site', () => {
    const place = join(project, 'node_modules', name)
    const text = readFileSync(join(place, 'README.md'), 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '')
    const links = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link)
    const inside = links.filter((link) => !/^(https?:|#)/.test(link)).map((link) => link.replace(/#.*/, ''))
    expect(inside.filter((link) => !existsSync(join(place, link)) || link.startsWith('..'))).toEqual([])
  })

  test.each(nodes)('%s can import every export of it', (_title, node) => {
    expect(specifiers).not.toEqual([])
    const imported = specifiers.filter((specifier) => !specifier.endsWith('/storybook/manager'))
    const imports = imported.map((specifier) => `await import(${JSON.stringify(specifier)})`)
    writeFileSync(join(project, 'imports.js'), `${imports.join('\n')}\n`)
    run(project, node(), ['imports.js'], consumer())
  })

  test.each(nodes)('every program of it runs, and prints its version (%s)', (_title, node) => {
    for (const program of Object.keys(installed.bin ?? {})) {
      const path = join(project, 'node_modules/.bin', program)
      expect(run(project, node(), [path, '--version'], consumer())).toBe(`${installed.version}\n`)
      expect(readFileSync(path, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    }
  })

  // React's own types need the DOM.
  const withoutDom = { lib: ['es2023'], types: ['node'], typeRoots: [join(root, 'node_modules/@types')] }
  const surroundings: [string, object][] = [
    ['nodenext', { moduleResolution: 'nodenext', module: 'nodenext' }],
    ['bundler', { moduleResolution: 'bundler', module: 'esnext' }],
  ]
  const inNode: [string, object] = [
    'without the DOM',
    { moduleResolution: 'nodenext', module: 'nodenext', ...withoutDom },
  ]
  if (!['@xmachines/react', '@xmachines/indexeddb', '@xmachines/inspector'].includes(name)) surroundings.push(inNode)
  if (name === '@xmachines/core') {
    surroundings.push(['in a worker', { moduleResolution: 'bundler', module: 'esnext', lib: ['es2022', 'webworker'] }])
    test('without the types of a platform the compiler says which are missing', () => {
      writeFileSync(
        join(project, 'bare.ts'),
        `import { createRun } from '${name}'\nexport type Made = typeof createRun\n`,
      )
      const options = ['--strict', '--noEmit', '--lib', 'es2022', '--types', '', '--module', 'esnext']
      const compile = (): string => run(project, typescript, [...options, '--moduleResolution', 'bundler', 'bare.ts'])
      expect(compile).toThrow("Cannot find name 'ReadableStream'")
    })
  }
  /** Writes a project that imports all types of the package. Answers with the file of its options. */
  function writeTypes(title: string, around: object): string {
    // All declarations but those that come with the compiler. What contradicts them is found at the other end.
    const checked = { strict: true, isolatedModules: true, skipLibCheck: false, skipDefaultLibCheck: true }
    const shared = { ...checked, noEmit: true, target: 'es2023', types: [] }
    // A server of Node has Node's types.
    const typed = specifiers.filter((specifier) => specifier !== '@xmachines/http/node' || 'types' in around)
    const imports = typed.map((specifier, index) => `import * as module${index} from '${specifier}'`)
    const uses = typed.map((_specifier, index) => `export type Names${index} = keyof typeof module${index}`)
    writeFileSync(join(project, 'types.ts'), `${[...imports, ...uses].join('\n')}\n`)
    const file = `tsconfig.${title.replaceAll(' ', '-')}.json`
    writeFileSync(
      join(project, file),
      JSON.stringify({ compilerOptions: { ...shared, ...around }, files: ['types.ts'] }),
    )
    return file
  }

  test.each(surroundings)('its types resolve, and every declaration compiles (%s)', (title, around) => {
    run(project, typescript, ['-p', writeTypes(title, around)])
  })

  test('its types resolve, and every declaration compiles in TypeScript 5, however it resolves modules', () => {
    const files = ways.map(([title, around]) => writeTypes(`${title} 5`, around))
    // One process for all, because it reads the types of the platform only once.
    run(project, typescript5, ['--build', '--verbose', ...files])
  })
})

/** A machine and a saved run of it, as a user of the package has them. */
const DOOR = `import { writeFileSync } from 'node:fs'
import { createRun, defineMachine } from '@xmachines/core'

export const door = defineMachine({
  name: 'door',
  version: '1',
  initial: { at: 'closed' },
  states: { closed: { OPEN: 'open' }, open: { CLOSE: 'closed' } },
})
const run = createRun(door, { createdAt: 0, nonce: new Uint8Array(16) })
run.in.send([{ type: 'OPEN' }, { type: 'CLOSE' }])
writeFileSync('door.run.json', JSON.stringify(run))
`

test.each(nodes)('the program of @xmachines/git imports a run, verifies it, and exports it (%s)', (title, node) => {
  const project = join(folder, 'in-git')
  writeFileSync(join(project, 'door.js'), DOOR)
  run(project, node(), ['door.js'], consumer())
  const program = join(project, 'node_modules/.bin/xmachines')
  const directory = `${title.replaceAll(' ', '-')}.git`
  const xmachines = (...args: string[]): string => run(project, node(), [program, '-C', directory, ...args], consumer())
  const imported = xmachines('import', '--create', '--machine', './door.js', 'door.run.json', '--json')
  const { id } = JSON.parse(imported) as { id: string }
  expect(xmachines('runs')).toContain(`${id.slice(0, 8)}  door@1 `)
  expect(xmachines('log', id.slice(0, 4))).toMatch(/^1 {2}[0-9a-f]{8} {2}\{"type":"OPEN"\} \{"type":"CLOSE"\}$/m)
  expect(xmachines('verify', id, '-m', 'door.js')).toContain(`verified ${id} of door@1\n`)
  expect(xmachines('show', id, '-m', 'door.js')).toContain('state      {"at":"closed"}\n')
  const saved = readFileSync(join(project, 'door.run.json'), 'utf8')
  expect(JSON.parse(xmachines('export', id, '-m', 'door.js'))).toEqual(JSON.parse(saved))
})

/** Makes a project and installs a tarball with its dependencies: tarballs of its siblings, peers and their types. */
function emptyProject(packed: PackedPackage): string {
  const project = join(folder, `in-${packed.manifest.name.replace('@xmachines/', '')}`)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = packed.manifest
  // An entry may need a sibling that the others do not need: the sibling is an optional peer then.
  const siblings = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => names.includes(name))
  const tarballs = [packed.name, ...siblings].map((name) => packedPackage(name).tarball)
  // One entry of the inspector is a component. Storybook is not installed: nothing but itself loads its entries.
  const needed = Object.keys(peerDependencies).filter(
    (peer) => peer === 'react' || peerDependenciesMeta[peer]?.optional !== true,
  )
  // A peer has types of its own, or a package for them.
  const typed = needed.flatMap((peer) => [peer, `@types/${peer}`])
  const peers = typed.filter((name) => existsSync(join(root, 'node_modules', name))).map(exactly)
  run(project, 'npm', ['install', '--no-audit', '--no-fund', '--prefix', project, ...tarballs, ...peers], consumer())
  return project
}

/** A package in the version that the workspace uses. */
function exactly(name: string): string {
  return `${name}@${readManifest(join(root, 'node_modules', name)).version}`
}
