'use client'

// The inspector of the run, which is loaded when it is opened.

import { useState } from 'react'
import type { OrderRun } from './order-view.tsx'
import { useLoaded } from './use-loaded.tsx'

const loadInspector = () => import('@xmachines/inspector/react')

export function Inspector({ run }: { run: OrderRun }) {
  const [inspector, load] = useLoaded(loadInspector)
  const [isOpen, setOpen] = useState(false)
  function toggle(open: boolean): void {
    setOpen(open)
    // If it cannot be loaded, it stays empty, and is loaded when it is opened again.
    if (open) load().catch(() => undefined)
  }
  return (
    <details className="card inspector" onToggle={(event) => toggle(event.currentTarget.open)}>
      <summary>Inspect it</summary>
      <div className="panel">{isOpen && inspector && <inspector.RunInspector run={run} />}</div>
    </details>
  )
}
