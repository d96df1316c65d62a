import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: ['src/index.ts', 'src/diagram/index.ts'],
  platform: 'neutral',
  target: 'es2022',
  unbundle: true,
  dts: { oxc: true },
  clean: true,
})
