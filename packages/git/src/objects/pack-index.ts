// The index of a pack, version 2 (gitformat-pack): the offset of each object, by its oid.

import { type FormatName, objectFormat, widthOf } from './object-id.ts'

/** A pack, as its index describes it. */
export interface IndexedPack {
  readonly format: FormatName
  readonly count: number
  /** The oids of its objects, one after another, in the order of the pack. */
  readonly digests: Buffer
  /** The CRC-32 of each entry. */
  readonly crcs: Uint32Array
  /** The offset of each entry. */
  readonly offsets: Uint32Array
  /** The checksum of the pack. */
  readonly checksum: Uint8Array
}

/** The index of a pack of less than 2 GiB. */
export function packIndex({ format, count, digests, crcs, offsets, checksum }: IndexedPack): Uint8Array {
  const width = widthOf(format)
  const order = sorted(count, digests, width)
  const oidsAt = 8 + 256 * 4
  const crcsAt = oidsAt + count * width
  const offsetsAt = crcsAt + count * 4
  const end = offsetsAt + count * 4
  const index = Buffer.alloc(end + 2 * width)
  index.writeUInt32BE(0xff744f63, 0)
  index.writeUInt32BE(2, 4)
  let first = 0
  for (let place = 0; place < count; place++) {
    const object = order[place] as number
    const at = object * width
    for (const byte = digests[at] as number; first < byte; first++) index.writeUInt32BE(place, 8 + first * 4)
    digests.copy(index, oidsAt + place * width, at, at + width)
    index.writeUInt32BE(crcs[object] as number, crcsAt + place * 4)
    index.writeUInt32BE(offsets[object] as number, offsetsAt + place * 4)
  }
  for (; first < 256; first++) index.writeUInt32BE(count, 8 + first * 4)
  index.set(checksum, end)
  index.set(objectFormat(format).hash(index.subarray(0, end + width)), end + width)
  return index
}

/** The objects in the order of their oids: by the first four bytes as numbers, and if these are equal by all bytes. */
function sorted(count: number, digests: Buffer, width: number): Uint32Array {
  const keys = new Float64Array(count)
  // 32 bits of the oid and 20 bits of the place fit exactly into a double.
  for (let at = 0; at < count; at++) keys[at] = digests.readUInt32BE(at * width) * 2 ** 20 + at
  keys.sort()
  const order = Uint32Array.from(keys, (key) => key % 2 ** 20)
  const digestOf = (object: number): Buffer => digests.subarray(object * width, (object + 1) * width)
  for (let place = 1; place < count; place++) {
    for (let at = place; at > 0; at--) {
      const [before, here] = [order[at - 1] as number, order[at] as number]
      if (digests.readUInt32BE(before * width) !== digests.readUInt32BE(here * width)) break
      if (Buffer.compare(digestOf(before), digestOf(here)) < 0) break
      order[at - 1] = here
      order[at] = before
    }
  }
  return order
}
