module.exports = {
  preset: 'ts-jest/presets/js-with-ts',
  testEnvironment: 'jsdom',
  setupFiles: ['./jest.platform.js'],
  transformIgnorePatterns: ['/node_modules/(?!.*(@xmachines|@noble)/)'],
}
