// Opens a repository, as a process or a thread of its own, and lets go of it.

import { openRepository } from '@xmachines/git'

const [directory = ''] = process.argv.slice(2)
await (await openRepository(directory)).close()
