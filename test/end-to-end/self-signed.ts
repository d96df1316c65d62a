// A certificate for a test, made anew each time, so that no private key is kept: X.509 in DER (RFC 5280), signed by its own key.

import { generateKeyPairSync, sign } from 'node:crypto'

const TAGS = {
  integer: 0x02,
  bits: 0x03,
  oid: 0x06,
  text: 0x0c,
  time: 0x17,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
} as const

/** A key and its certificate, as PEM. */
export function selfSigned(): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  // ecdsa-with-SHA256, 1.2.840.10045.4.3.2
  const algorithm = der('sequence', der('oid', Buffer.from('2a8648ce3d040302', 'hex')))
  // commonName, 2.5.4.3
  const commonName = der('sequence', der('oid', Buffer.from('550403', 'hex')), der('text', Buffer.from('localhost')))
  const name = der('sequence', der('set', commonName))
  const day = 24 * 60 * 60 * 1000
  const content = der(
    'sequence',
    der('version', der('integer', Buffer.from([2]))),
    der('integer', Buffer.from([1])),
    algorithm,
    name,
    der('sequence', time(Date.now() - day), time(Date.now() + day)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = der('bits', Buffer.concat([Buffer.from([0]), sign('sha256', content, privateKey)]))
  const certificate = der('sequence', content, algorithm, signature).toString('base64')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  }
}

/** `YYMMDDHHMMSSZ`. */
function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replaceAll(/\D/g, '').slice(2, 14)
  return der('time', Buffer.from(`${digits}Z`))
}

/** A value: its tag, its length and its content. */
function der(tag: keyof typeof TAGS, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  const long = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([TAGS[tag], ...long]), content])
}
