import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/identity/sha256.ts',
    'src/identity/native-hash.ts',
    'src/machine/undo.ts',
    'src/capture/capture-run.ts',
    'src/testing/index.ts',
    'src/internal.ts',
    'src/store/index.ts',
    'src/store/conformance/index.ts',
  ],
  platform: 'neutral',
  target: 'es2022',
  // One built file for each source file, so that bundlers drop what is not used.
  unbundle: true,
  dts: { oxc: true },
  clean: true,
})
