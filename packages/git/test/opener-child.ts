// Opens a repository in a process or a thread of its own, and closes it.

import { openRepository } from '@xmachines/git'

const [directory = ''] = process.argv.slice(2)
await (await openRepository(directory)).close()
