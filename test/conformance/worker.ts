// The worker of `worker.browser.test.ts`: it runs the suite, and posts one message with the results.

import { checkAll } from './suite/index.ts'

postMessage({ where: globalThis.constructor.name, results: await checkAll() })
