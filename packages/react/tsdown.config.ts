import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: ['src/index.ts', 'src/persistent/index.ts', 'src/connected/index.ts'],
  platform: 'neutral',
  target: 'es2022',
  // One built file for each source file: directives such as 'use client' stay where they were written.
  unbundle: true,
  dts: { oxc: true },
  clean: true,
})
