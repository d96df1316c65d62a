/** Counts the passed and failed tests in Vitest's report. A file that could not be run counts as one failure. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const place = new URL('../reports/vitest.json', import.meta.url)
const report = existsSync(place) ? JSON.parse(readFileSync(place, 'utf8')) : undefined
if (!report) console.log(`There is no report of a test run at ${fileURLToPath(place)}. Run the test command first.`)

const files = report?.testResults ?? []
const broken = files.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
)
for (const { name, message } of broken) console.log(`Could not be run: ${name}\n${message}`)

const passed = report?.numPassedTests ?? 0
const failures = (report?.numFailedTests ?? 0) + broken.length
console.log(`${passed} passed, ${failures} failed`)
process.exitCode = report?.success && failures === 0 ? 0 : 1
