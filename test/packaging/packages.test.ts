/** Each published package, packed as it would be published, in an empty project that depends on nothing else. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { machineNode } from '../../scripts/machine-node.ts'
import { lintTarball, type Manifest, type PackedPackage, packPackages, readManifest, run } from '../../scripts/pack.ts'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'xmachines-packaging-'))
const names = ['@xmachines/core', '@xmachines/git', '@xmachines/react']
const nodes: [string, () => string][] = [
  ['the Node of the workspace', () => process.execPath],
  ['the Node of this machine', () => machineNode().path],
]
let packages: PackedPackage[] = []

beforeAll(() => {
  packages = packPackages(folder)
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('every published package is tested here', () => {
  expect(packages.map(({ name }) => name)).toEqual(names)
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

  test('publint and attw find nothing to say about its tarball', () => {
    lintTarball(packedPackage(name).tarball)
  })

  test('its manifest says nothing that only the workspace understands', () => {
    expect(JSON.stringify(installed)).not.toMatch(/catalog:|workspace:|@xmachines\/source/)
  })

  test('it brings its licence and its readme', () => {
    const place = join(project, 'node_modules', name)
    expect(readFileSync(join(place, 'LICENSE'), 'utf8')).toContain('MIT License')
    expect(readFileSync(join(place, 'README.md'), 'utf8')).toContain(name)
  })

  test.each(nodes)('every export of it can be imported by %s', (_title, node) => {
    expect(specifiers).not.toEqual([])
    const imports = specifiers.map((specifier) => `await import(${JSON.stringify(specifier)})`)
    writeFileSync(join(project, 'imports.js'), `${imports.join('\n')}\n`)
    run(project, node(), ['imports.js'], consumer())
  })

  test.each(nodes)('every program of it runs, and says its version (%s)', (_title, node) => {
    for (const program of Object.keys(installed.bin ?? {})) {
      const path = join(project, 'node_modules/.bin', program)
      expect(run(project, node(), [path, '--version'], consumer())).toBe(`${installed.version}\n`)
      expect(readFileSync(path, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    }
  })

  // What React's own types name is of the DOM.
  const withoutDom = { lib: ['es2023'], types: ['node'], typeRoots: [join(root, 'node_modules/@types')] }
  const surroundings: [string, object][] = [
    ['nodenext', { moduleResolution: 'nodenext', module: 'nodenext' }],
    ['bundler', { moduleResolution: 'bundler', module: 'esnext' }],
  ]
  const inNode: [string, object] = [
    'without the DOM',
    { moduleResolution: 'nodenext', module: 'nodenext', ...withoutDom },
  ]
  if (name !== '@xmachines/react') surroundings.push(inNode)
  test.each(surroundings)('its types resolve, checked to the last declaration (%s)', (_title, around) => {
    const shared = { strict: true, noEmit: true, skipLibCheck: false, target: 'es2023', types: [] }
    const config = { compilerOptions: { ...shared, ...around }, files: ['types.ts'] }
    const imports = specifiers.map((specifier, index) => `import * as module${index} from '${specifier}'`)
    const uses = specifiers.map((_specifier, index) => `export type Names${index} = keyof typeof module${index}`)
    writeFileSync(join(project, 'types.ts'), `${[...imports, ...uses].join('\n')}\n`)
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config))
    run(project, join(root, 'node_modules/.bin/tsc'), ['-p', '.'])
  })
})

/** A machine and a saved run of it, as somebody has them who installed the package. */
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

test.each(nodes)('the program of @xmachines/git takes a run in, verifies it, and gives it out (%s)', (title, node) => {
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

function packedPackage(name: string): PackedPackage {
  const packed = packages.find((each) => each.name === name)
  if (!packed)
    throw new Error(`${name} is not among the packed packages ${packages.map((each) => each.name).join(', ')}`)
  return packed
}

/** Installs a tarball, those of its siblings that it depends on, and the types of React where it asks for React. */
function emptyProject(packed: PackedPackage): string {
  const project = join(folder, `in-${packed.manifest.name.replace('@xmachines/', '')}`)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  const siblings = Object.keys(packed.manifest.dependencies ?? {}).filter((dependency) => names.includes(dependency))
  const tarballs = [packed.name, ...siblings].map((name) => packedPackage(name).tarball)
  const peers = Object.keys(packed.manifest.peerDependencies ?? {}).flatMap((peer) => [
    exactly(peer),
    exactly(`@types/${peer}`),
  ])
  run(project, 'npm', ['install', '--no-audit', '--no-fund', '--prefix', project, ...tarballs, ...peers], consumer())
  return project
}

/** The version that the workspace itself uses. */
function exactly(name: string): string {
  return `${name}@${readManifest(join(root, 'node_modules', name)).version}`
}

/** The environment without what npm and pnpm tell the scripts of this workspace about themselves. */
function consumer(): NodeJS.ProcessEnv {
  const told = /^(pnpm_|npm_(?!config_)|npm_config_(local_|global_)?prefix$|NODE_(ENV|OPTIONS|PATH)$|VITEST)/i
  return Object.fromEntries(Object.entries(process.env).filter(([key]) => !told.test(key)))
}
