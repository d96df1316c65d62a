import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: ['src/index.ts', 'src/cli/main.ts'],
  platform: 'node',
  fixedExtension: false,
  target: 'es2022',
  unbundle: true,
  dts: { oxc: true },
  clean: true,
})
