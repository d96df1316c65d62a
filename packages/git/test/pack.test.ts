/** The installed git accepts the packs that are built here, and builds the same index. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gitObject } from '@xmachines/core/internal'
import { afterAll, describe, expect, test } from 'vitest'
import { objectFormat } from '../src/objects/object-id.ts'
import { PackBuilder } from '../src/objects/pack.ts'
import { git, makeFolder } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

describe.each(['sha1', 'sha256'] as const)('in %s', (name) => {
  const format = objectFormat(name)
  const sizes = [0, 1, 15, 16, 250, 2047, 2048, 16_383, 16_384, 70_000, 300_000]
  const blobs = sizes.map((size) => gitObject(format, 'blob', 'x€\n'.repeat(size).slice(0, size)))
  const many = Array.from({ length: 600 }, (_, at) => gitObject(format, 'blob', `${at}\n`))

  test('git finds every object of a pack, whatever its size, and builds the same index', () => {
    const builder = new PackBuilder(name, 64)
    for (const { oid, bytes } of [...blobs, ...many]) builder.add(Buffer.from(oid, 'hex'), bytes)
    const { name: file, pack, index } = builder.finish()
    const directory = join(folder.path, name)
    execFileSync('git', ['init', '--quiet', '--bare', `--object-format=${name}`, directory])
    const path = join(directory, 'objects/pack', `${file}.pack`)
    writeFileSync(path, pack)
    git(directory, 'index-pack', path)
    expect(Buffer.compare(readFileSync(path.replace(/pack$/, 'idx')), index)).toBe(0)
    const listed = git(directory, 'verify-pack', '-v', path).split('\n')
    for (const { oid } of [...blobs, ...many]) expect(listed.some((line) => line.startsWith(oid))).toBe(true)
    expect(git(directory, 'cat-file', '-s', blobs.at(-1)!.oid)).toBe(
      String(blobs.at(-1)!.bytes.length - 'blob 300000\0'.length),
    )
    expect(git(directory, 'fsck', '--strict', '--full', '--no-dangling')).toBe('')
  })

  test('an object that several runs add is there once', () => {
    const builder = new PackBuilder(name)
    for (const { oid, bytes } of [...blobs, ...blobs]) builder.addShared(oid, bytes)
    expect(builder.count).toBe(blobs.length)
  })

  // A commit has the longest header, which covers the end of the previous entry while it is hashed.
  test.each([blobs[4]!, blobs[9]!, gitObject(format, 'commit', 'x'.repeat(250))])(
    'an object whose bytes have another oid is refused before it is written, and harms no other object',
    (blob) => {
      const builder = new PackBuilder(name)
      builder.add(Buffer.from(many[0]!.oid, 'hex'), many[0]!.bytes)
      const bytes = blob.bytes.slice()
      bytes[bytes.length - 1] = 0x21
      expect(() => builder.add(Buffer.from(blob.oid, 'hex'), bytes)).toThrow(
        expect.objectContaining({ code: 'OBJECT_CORRUPT', message: expect.stringContaining(blob.oid) }),
      )
      builder.add(Buffer.from(many[1]!.oid, 'hex'), many[1]!.bytes)
      const only = new PackBuilder(name)
      for (const { oid, bytes: sound } of many.slice(0, 2)) only.add(Buffer.from(oid, 'hex'), sound)
      expect(builder.finish()).toEqual(only.finish())
    },
  )
})
