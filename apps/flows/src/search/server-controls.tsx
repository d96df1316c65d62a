// Settings of the server and its requests.

import { type ReactElement, type ReactNode, useId } from 'react'

import { Slider } from '../parts/slider.tsx'

interface ServerControlsProps {
  readonly latency: number
  readonly failing: boolean
  readonly aborting: boolean
  readonly onLatency: (milliseconds: number) => void
  readonly onFailing: (failing: boolean) => void
  readonly onAborting: (aborting: boolean) => void
}

/** A slider and two switches. */
export function ServerControls({
  latency,
  failing,
  aborting,
  onLatency,
  onFailing,
  onAborting,
}: ServerControlsProps): ReactElement {
  return (
    <div className="server-controls">
      <Slider
        label="Latency of the server"
        value={latency}
        min={100}
        max={3000}
        step={100}
        meaning={`${latency} ms`}
        onChange={onLatency}
      />
      <Switch label="The server fails" checked={failing} onChange={onFailing}>
        The search tries again after 0.5, 1 and 2 seconds.
      </Switch>
      <Switch label="Abort outdated requests" checked={aborting} onChange={onAborting}>
        If this is off, their answers still arrive, and are dropped. To see that, type n, wait for the request, and then
        type e.
      </Switch>
    </div>
  )
}

interface SwitchProps {
  readonly label: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly children: ReactNode
}

function Switch({ label, checked, onChange, children }: SwitchProps): ReactElement {
  const id = useId()
  return (
    <div className="switch">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        aria-describedby={`${id}more`}
        onChange={(event) => onChange(event.target.checked)}
      />
      <label htmlFor={id}>{label}</label>
      <p id={`${id}more`} className="quiet">
        {children}
      </p>
    </div>
  )
}
