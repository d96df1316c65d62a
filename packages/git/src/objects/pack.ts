// A pack of version 2 and its index, built in memory (gitformat-pack). Objects are stored, not compressed: a call of
// deflate costs more than everything else, and repacking compresses. Each object is hashed again from the very bytes
// that will be written.

import { crc32, deflateSync, inflateSync } from 'node:zlib'
import { GitError } from '../git-error.ts'
import { type FormatName, hexOf, objectFormat, sameDigest, widthOf } from './object-id.ts'
import { packIndex } from './pack-index.ts'

/** A pack that is ready to be written. */
export interface Pack {
  /** The name of its files, without an extension. */
  readonly name: string
  readonly pack: Uint8Array
  readonly index: Uint8Array
}

/** Objects of this size and more are compressed: they may not fit into one stored block. */
const COMPRESSED_FROM = 16_384
/** The types of entries, by the first letter of `commit`, `tree` and `blob`. */
const ENTRY_TYPES: ReadonlyMap<number, number> = new Map([
  [0x63, 1],
  [0x74, 2],
  [0x62, 3],
])

/** Builds one pack. */
export class PackBuilder {
  readonly #format: FormatName
  readonly #hash: (bytes: Uint8Array) => Uint8Array
  readonly #width: number
  #bytes: Buffer
  #at = 12
  #count = 0
  #digests: Buffer
  #crcs = new Uint32Array(256)
  #offsets = new Uint32Array(256)
  /** The oids of objects that several runs may add. */
  readonly #shared = new Set<string>()

  constructor(format: FormatName, size = 65_536) {
    this.#format = format
    this.#hash = objectFormat(format).hash
    this.#width = widthOf(format)
    this.#bytes = Buffer.allocUnsafe(size)
    this.#digests = Buffer.allocUnsafe(256 * this.#width)
  }

  /** How many objects it has. */
  get count(): number {
    return this.#count
  }

  /** How many bytes it has. */
  get size(): number {
    return this.#at
  }

  /** Adds an object unless it was added before. */
  addShared(oid: string, bytes: Uint8Array): void {
    if (this.#shared.has(oid)) return
    this.#shared.add(oid)
    this.add(Buffer.from(oid, 'hex'), bytes)
  }

  /**
   * Adds an object.
   * @param digest its oid, as bytes
   * @param bytes `TYPE LENGTH\0` and the content
   * @throws {GitError} `OBJECT_CORRUPT` if the bytes to be written have another oid
   */
  add(digest: Uint8Array, bytes: Uint8Array): void {
    const header = bytes.indexOf(0) + 1
    const size = bytes.length - header
    const type = ENTRY_TYPES.get(bytes[0] as number) as number
    this.#reserve(size + 64)
    const begin = this.#at
    if (size < COMPRESSED_FROM) this.#store(type, bytes, header, size, digest)
    else this.#compress(type, bytes, header, size, digest)
    const count = this.#count++
    if (count === this.#offsets.length) this.#growIndex()
    this.#digests.set(digest, count * this.#width)
    this.#offsets[count] = begin
    this.#crcs[count] = crc32(this.#bytes.subarray(begin, this.#at))
  }

  /** The finished pack; add nothing afterwards. */
  finish(): Pack {
    this.#reserve(this.#width)
    this.#bytes.write('PACK', 0, 'latin1')
    this.#bytes.writeUInt32BE(2, 4)
    this.#bytes.writeUInt32BE(this.#count, 8)
    const checksum = this.#hash(this.#bytes.subarray(0, this.#at))
    this.#bytes.set(checksum, this.#at)
    const pack = this.#bytes.subarray(0, this.#at + this.#width)
    const index = packIndex({
      format: this.#format,
      count: this.#count,
      digests: this.#digests,
      crcs: this.#crcs,
      offsets: this.#offsets,
      checksum,
    })
    return { name: `pack-${hexOf(checksum)}`, pack, index }
  }

  // The object is copied to where its content will stay, with `TYPE LENGTH\0` before it, and hashed there. Then the
  // header of the entry is written over `TYPE LENGTH\0`, which had covered the end of the previous entry.
  #store(type: number, bytes: Uint8Array, header: number, size: number, digest: Uint8Array): void {
    const into = this.#bytes
    const begin = this.#at
    const content = begin + entryHeaderLength(size) + 7
    const from = content - header
    const covered = from < begin ? Buffer.from(into.subarray(from, begin)) : undefined
    into.set(bytes, from)
    const found = this.#hash(into.subarray(from, content + size))
    if (covered !== undefined) into.set(covered, from)
    this.#check(digest, found)
    let at = writeEntryHeader(into, begin, type, size)
    // zlib: no preset dictionary, fastest; one block, the last, stored.
    into[at++] = 0x78
    into[at++] = 0x01
    into[at++] = 0x01
    at = into.writeUInt16LE(size, at)
    into.writeUInt16LE(~size & 0xffff, at)
    this.#at = into.writeUInt32BE(adler32(into, content, size), content + size)
  }

  #compress(type: number, bytes: Uint8Array, header: number, size: number, digest: Uint8Array): void {
    const compressed = deflateSync(bytes.subarray(header), { level: 1 })
    this.#check(digest, this.#hash(Buffer.concat([bytes.subarray(0, header), inflateSync(compressed)])))
    this.#reserve(compressed.length + 16)
    const at = writeEntryHeader(this.#bytes, this.#at, type, size)
    this.#bytes.set(compressed, at)
    this.#at = at + compressed.length
  }

  #check(digest: Uint8Array, found: Uint8Array): void {
    if (sameDigest(found, digest)) return
    throw new GitError(
      'OBJECT_CORRUPT',
      `the object ${hexOf(digest)} turned into ${hexOf(found)} in memory, before it was written; ` +
        'it was not written: check the memory and the processor of this machine, and record the run on another',
    )
  }

  #reserve(more: number): void {
    // Before the first entry there is always room for the longest header.
    if (this.#at + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(2 * (this.#at + more))
    larger.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = larger
  }

  #growIndex(): void {
    const length = 2 * this.#offsets.length
    const [offsets, crcs, digests] = [this.#offsets, this.#crcs, this.#digests]
    this.#offsets = new Uint32Array(length)
    this.#offsets.set(offsets)
    this.#crcs = new Uint32Array(length)
    this.#crcs.set(crcs)
    this.#digests = Buffer.allocUnsafe(length * this.#width)
    this.#digests.set(digests)
  }
}

function entryHeaderLength(size: number): number {
  let length = 1
  for (let rest = size >>> 4; rest > 0; rest >>>= 7) length++
  return length
}

function writeEntryHeader(into: Buffer, begin: number, type: number, size: number): number {
  let at = begin
  let rest = Math.floor(size / 16)
  into[at++] = (rest > 0 ? 0x80 : 0) | (type << 4) | (size % 16)
  for (; rest > 0; rest = Math.floor(rest / 128)) into[at++] = (rest > 127 ? 0x80 : 0) | (rest % 128)
  return at
}

/** The checksum of zlib; sums over so few bytes cannot overflow. */
function adler32(bytes: Buffer, from: number, size: number): number {
  let [low, high] = [1, 0]
  for (let at = from; at < from + size; ) {
    const end = Math.min(at + 3800, from + size)
    for (; at < end; at++) {
      low += bytes[at] as number
      high += low
    }
    low %= 65_521
    high %= 65_521
  }
  return high * 65_536 + low
}
