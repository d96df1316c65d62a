// A picture of a door. It is only decoration: the text of the page says the same.

import type { ReactElement } from 'react'

import type { Door } from './door.ts'

/** A door that is open, closed or locked. */
export function DoorPicture({ at }: { readonly at: Door['at'] }): ReactElement {
  return (
    <div className="door-picture" data-at={at} aria-hidden="true">
      <div className="door-frame">
        <div className="door-leaf">
          <div className="door-panel" />
          <div className="door-panel" />
          <div className="door-handle" />
          <div className="door-lock" />
        </div>
      </div>
    </div>
  )
}
