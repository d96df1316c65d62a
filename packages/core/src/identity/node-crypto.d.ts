// The one function of Node that core uses. Core has no types of Node, so that nothing else of it can slip in.

declare module 'node:crypto' {
  export function hash(algorithm: string, data: Uint8Array, encoding: 'buffer'): Uint8Array
}
