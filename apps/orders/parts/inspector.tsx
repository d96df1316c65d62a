'use client'

// The inspector of the run, which is loaded when it is opened.

import { RunInspector } from '@xmachines/inspector/react'
import { useState } from 'react'
import type { OrderRun } from './order-view.tsx'

export function Inspector({ run }: { run: OrderRun }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details className="card inspector" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Inspect it</summary>
      <div className="panel">{isOpen && <RunInspector run={run} />}</div>
    </details>
  )
}
