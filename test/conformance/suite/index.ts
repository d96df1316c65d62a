// The conformance suite of RFC Run v1, arranged by its sections. It is portable: it imports the engine by name, has its
// own assertions, and any test runner can run its requirements.

import './2-concepts.ts'
import './3-lifecycle.ts'
import './4-ports.ts'
import './5-events.ts'
import './6-snapshots.ts'
import './7-determinism.ts'
import './8-concurrency.ts'
import './9-errors.ts'
import './10-invariants.ts'

export type { Result } from './registry.ts'
export { checkAll, requirements } from './registry.ts'
