// Hands the machine of the door to play functions. They do not import it: an edit of the machine would reload their
// stories, and with them the runs that the edit keeps. A component ends the way of an edit.

import { type ReactElement, useEffect } from 'react'

import { door } from './door.ts'

/** Shows nothing, and calls back with the machine. */
export function DoorMachine({ use }: { readonly use: (machine: typeof door) => void }): ReactElement | undefined {
  useEffect(() => use(door), [use])
  return undefined
}
