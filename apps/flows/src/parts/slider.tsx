// A slider with a label, and the meaning of its value beside it.

import { type ReactElement, useId } from 'react'

interface SliderProps {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly step?: number
  /** The meaning of the value, such as `200 ms`. Screen readers announce it instead of the number. */
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
