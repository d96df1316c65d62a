module.exports = {
  testEnvironment: 'jsdom',
  setupFiles: ['./jest.platform.js'],
  transformIgnorePatterns: ['/node_modules/(?!.*(@xmachines|@noble)/)'],
}
