// A picture of a crossing: the light, the sign for pedestrians, a car and a pedestrian. It is only decoration: the text
// of the page says the same.

import type { ReactElement } from 'react'

import './crossing-picture.css'
import type { TrafficLight } from './traffic-light.ts'

interface CrossingPictureProps {
  readonly state: TrafficLight
  readonly speed: number
}

/** A crossing, with the light in any of its states. */
export function CrossingPicture({ state, speed }: CrossingPictureProps): ReactElement {
  return (
    <svg
      className="crossing"
      viewBox="0 0 480 220"
      data-at={state.at}
      data-walker={walkerOf(state)}
      style={{ ['--speed' as string]: speed }}
      aria-hidden="true"
    >
      <rect className="pole" x="66" y="180" width="8" height="40" />
      <rect className="housing" x="32" y="8" width="76" height="176" rx="16" />
      <circle className="lamp red" cx="70" cy="42" r="21" />
      <circle className="lamp amber" cx="70" cy="96" r="21" />
      <circle className="lamp green" cx="70" cy="150" r="21" />

      <rect className="pole" x="143" y="130" width="6" height="90" />
      <rect className="housing" x="124" y="44" width="44" height="90" rx="10" />
      <g className="sign stand" transform="translate(146 54)">
        <circle cy="5" r="5" />
        <path d="M-5 12h10v12h-2v9h-6v-9h-2z" />
      </g>
      <g className="sign walk" transform="translate(146 93)">
        <circle cy="5" r="5" />
        <path d="M-3 12h6l6 7-3 2-4-4v6l5 9-4 2-5-9-4 9-4-2 4-10v-5l-3 5-3-2z" />
      </g>

      <svg x="200" width="280" height="220" viewBox="200 0 280 220">
        <rect className="road" x="200" y="60" width="280" height="100" />
        <path className="kerb" d="M200 60H480M200 160H480" />
        {[66, 85, 104, 123, 142].map((y) => (
          <rect key={y} className="stripe" x="346" y={y} width="60" height="12" />
        ))}
        <rect className="stripe" x="330" y="62" width="5" height="96" />
        <g className="car">
          <rect className="body" x="240" y="87" width="80" height="46" rx="13" />
          <rect className="glass" x="289" y="93" width="12" height="34" rx="4" />
          <rect className="glass" x="252" y="94" width="8" height="32" rx="3" />
        </g>
        <g className="walker">
          <ellipse className="coat" cx="376" cy="190" rx="13" ry="7" />
          <circle className="hair" cx="376" cy="190" r="6" />
        </g>
      </svg>
    </svg>
  )
}

function walkerOf(state: TrafficLight): 'none' | 'waiting' | 'crossing' {
  switch (state.at) {
    case 'red':
      return state.crossing ? 'crossing' : 'none'
    case 'green':
    case 'amber':
      return state.waiting ? 'waiting' : 'none'
    case 'off':
    case 'flashing':
      return 'none'
  }
}
