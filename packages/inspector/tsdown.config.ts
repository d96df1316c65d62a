import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: ['src/index.ts', 'src/react.tsx', 'src/tanstack.ts', 'src/storybook/manager.ts', 'src/storybook/preview.ts'],
  platform: 'neutral',
  target: 'es2022',
  unbundle: true,
  dts: { oxc: true },
  clean: true,
})
