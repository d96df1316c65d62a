// A slider with its label, and with what its value means beside it.

import { type ReactElement, useId } from 'react'

interface SliderProps {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly step?: number
  /** What the value means, such as `200 ms`: shown, and read out instead of the number. */
  readonly meaning: string
  readonly onChange: (value: number) => void
}

/** A labelled slider. */
export function Slider({ label, value, min, max, step, meaning, onChange }: SliderProps): ReactElement {
  const id = useId()
  return (
    <div className="slider">
      <label htmlFor={id}>{label}</label>
      <span className="quiet" aria-hidden="true">
        {meaning}
      </span>
      <input
        id={id}
        type="range"
        value={value}
        min={min}
        max={max}
        step={step}
        aria-valuetext={meaning}
        onChange={(event) => onChange(Number(event.target.value))}
      />
    </div>
  )
}
