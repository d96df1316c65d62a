// What the worker of `worker.browser.test.ts` runs: the suite, and one message with what came of it.

import { checkAll } from './suite/index.ts'

postMessage({ where: globalThis.constructor.name, results: await checkAll() })
