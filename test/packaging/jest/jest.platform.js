// What Node has, and the jsdom of Jest has not.
const streams = require('node:stream/web')

for (const name of ['ReadableStream', 'WritableStream', 'TransformStream']) {
  globalThis[name] ??= streams[name]
}
