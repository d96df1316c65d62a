// Node has these, and the jsdom of Jest does not.
const streams = require('node:stream/web')

for (const name of ['ReadableStream', 'WritableStream', 'TransformStream']) {
  globalThis[name] ??= streams[name]
}
