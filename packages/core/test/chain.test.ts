/** Oids are those of real Git: golden vectors, and the installed `git` asked again. */
import { createRun, defineMachine, type RunEvent } from '@xmachines/core'
import { sha256 } from '@xmachines/core/sha256'
import { afterAll, describe, expect, test } from 'vitest'
import { makeRepository } from './git.ts'
import { repeatable } from './machines.ts'

const who = 'XMachines <noreply@xmachines.invalid>'
const machine = defineMachine<unknown, RunEvent & { [key: string]: unknown }, never, unknown>({
  name: 'golden',
  version: '1.0',
  initial: (input: unknown) => ({ b: [1, null], a: input ?? 'none' }),
  transition: (state) => state,
})

/** What is written, and the lines that Git shows of it: canonical JSON, written here by hand. */
const batches: [written: any, lines: string][] = [
  [{ type: 'INC' }, '{"type":"INC"}\n'],
  [
    [{ type: 'A', z: 1, b: { d: true, c: null } }, { type: 'B' }],
    '{"b":{"c":null,"d":true},"type":"A","z":1}\n{"type":"B"}\n',
  ],
  [
    { type: 'schön', text: '€ 😀 \u2028 "q" \\ \n \u0007' },
    '{"text":"€ 😀 \u2028 \\"q\\" \\\\ \\n \\u0007","type":"schön"}\n',
  ],
  [{ type: 'numbers', values: [1e21, 1e-7, 0.1, -0, 100] }, '{"type":"numbers","values":[1e+21,1e-7,0.1,0,100]}\n'],
  [{ type: 'long', text: 'x'.repeat(2000) }, `{"text":"${'x'.repeat(2000)}","type":"long"}\n`],
]
const canonicalInput = '{"y":"ü","z":[1]}'
const input = { z: [1], y: 'ü' }

/** What the installed `git` gave for these very bytes, when this was written. */
const golden = {
  sha1: {
    machine: 'e3218e1f0d62c62364ff4a472d07bb36cb80eda6',
    bare: 'be7a79b2e5c1f602a637a6b8a525b669c7107491',
    genesis: '07f9ee8325da5b46470d35ff35f76844bb6d0087',
    batches: [
      'ed9e4355ec3f430a76fbde8174c5426d0a7c5c1f',
      '2daf4a41ef0e371dc28818064636deea6b1a3746',
      'c9b81546aa8c595d408fded9122ee98aa2c7187d',
      'd4ef3397645bb3071eb9d68bdb6ccdc4619f8cd6',
      '8736fd216e436455a0cd51eda2f681cbd5f448a6',
    ],
  },
  sha256: {
    machine: '2db96f7730971cd7cc3971e7e34c4074888bd5995aa0801a4fa96616f3b5aa03',
    bare: 'e4dc4060c54d236e7d270a5ac2e8b480a6ae9ed78c4c1d66c89ed74420e6d4a6',
    genesis: '27cfb52a74b3845c1e166ef3b3f8632020705f9a30f397aed74d68a87df61595',
    batches: [
      'f952cc6c9cd492268a362b13f19ab881d4a526dd87f730de277c5068941db3a5',
      '9f89671f8a968782d88d65182668e3ebc008ee28a2a2d8901d6ade4ce930f7bf',
      '17fbd8103c59b41563ec21b04a1c1284f6faee6f3ae7cae5cc3782a0425dd9a2',
      '78a473777c84f00b006a6dc0a08d9cccd9e8e769ec575daef821e0b4545ff9fe',
      '4d4b5e797f95f429d5a7ef1ab44c370008184ff310b13afc80a0bbbde5e6a783',
    ],
  },
}

describe.each([
  ['sha1' as const, undefined],
  ['sha256' as const, sha256],
])('in %s', (name, format) => {
  const options = { ...repeatable, ...(format && { format }) }
  const run = createRun(machine, { ...options, input })
  for (const [written] of batches) expect(run.in.send(written)).toBeUndefined()
  const bare = createRun(machine, options)
  const records = run.toJSON().records as readonly { oid: string }[]
  const oids = records.map(({ oid }) => oid)
  const repository = makeRepository(name)
  const { git } = repository

  afterAll(() => repository.remove())

  test('the oids of machine, genesis and batches are the golden ones', () => {
    expect(run.genesis.machine.oid).toBe(golden[name].machine)
    expect(bare.id).toBe(golden[name].bare)
    expect(run.id).toBe(golden[name].genesis)
    expect(oids.slice(1)).toEqual(golden[name].batches)
  })

  test('the installed git gives the same oids for the same bytes, and finds nothing wrong with the repository', () => {
    const write = (type: string, content: string | Uint8Array): string =>
      git(['hash-object', '-t', type, '-w', '--stdin'], content)
    const tree = (files: [string, string][]): string =>
      git(['mktree'], files.map(([file, oid]) => `100644 blob ${oid}\t${file}\n`).join(''))
    const commit = (
      treeOid: string,
      parent: string | undefined,
      author: number,
      committer: number,
      message: string,
    ): string =>
      write(
        'commit',
        `tree ${treeOid}\n${parent === undefined ? '' : `parent ${parent}\n`}author ${who} ${author} +0000\ncommitter ${who} ${committer} +0000\n\n${message}`,
      )
    const at = repeatable.createdAt
    const machineFile = write('blob', '{"name":"golden","version":"1.0"}\n')
    const machineCommit = commit(tree([['machine.json', machineFile]]), undefined, 0, 0, 'machine golden@1.0\n')
    expect(run.genesis.machine.oid).toBe(machineCommit)

    const message = 'run golden@1.0\n\nNonce: 000102030405060708090a0b0c0d0e0f\n'
    const bareTree = tree([
      ['initial.json', write('blob', '{"a":"none","b":[1,null]}\n')],
      ['machine.json', machineFile],
    ])
    expect(bare.id).toBe(commit(bareTree, machineCommit, at, at, message))
    const initial = write('blob', `{"a":${canonicalInput},"b":[1,null]}\n`)
    const genesisTree = tree([
      ['initial.json', initial],
      ['input.json', write('blob', `${canonicalInput}\n`)],
      ['machine.json', machineFile],
    ])
    let head = commit(genesisTree, machineCommit, at, at, message)
    expect(run.id).toBe(head)
    expect(run.toJSON().state).toBe(initial)
    batches.forEach(([, lines], index) => {
      head = commit(genesisTree, head, at, at + index + 1, lines)
      expect(oids[index + 1]).toBe(head)
    })
    expect(run.head).toBe(head)

    git(['update-ref', 'refs/heads/run', run.head])
    git(['update-ref', 'refs/heads/bare', bare.id])
    expect(git(['fsck', '--strict', '--full'])).toBe('')
    expect(git(['rev-list', '--count', run.head])).toBe(String(batches.length + 2))
  })

  test('git log --oneline reads as the event log', () => {
    const log = git(['log', '--oneline', '--no-abbrev-commit', '--reverse', '-2', '--skip=3', 'refs/heads/run'])
    expect(log.split('\n')).toEqual([
      `${oids[1]} {"type":"INC"}`,
      `${oids[2]} ${'{"b":{"c":null,"d":true},"type":"A","z":1} {"type":"B"}'}`,
    ])
  })
})
