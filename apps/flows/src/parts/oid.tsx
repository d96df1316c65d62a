// An object id: its first digits, as Git shows it, and all of them when it is pressed.

import { type ReactElement, useState } from 'react'

/** An oid that can be shown in full. */
export function Oid({ oid }: { readonly oid: string }): ReactElement {
  const [isFull, setFull] = useState(false)
  return (
    <button
      type="button"
      className="oid"
      title={isFull ? undefined : oid}
      aria-expanded={isFull}
      onClick={() => setFull(!isFull)}
    >
      <code>{isFull ? oid : oid.slice(0, 7)}</code>
    </button>
  )
}
