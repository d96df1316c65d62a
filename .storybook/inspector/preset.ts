// The addon of @xmachines/inspector from its sources. Users name `@xmachines/inspector/storybook` instead, which Storybook finds
// once the package is built.

import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../packages/inspector/src/storybook')

/** What the addon adds to the frame around the stories. */
export const managerEntries = (entries: readonly string[] = []): string[] => [...entries, join(folder, 'manager.ts')]

/** What it adds to the frame of the stories. */
export const previewAnnotations = (entries: readonly string[] = []): string[] => [
  ...entries,
  join(folder, 'preview.ts'),
]
