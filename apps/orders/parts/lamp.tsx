// Drawings of the articles. In the dark their light is on.

import type { ReactNode } from 'react'
import type { Article } from '../order/catalogue.ts'

const shapes: Readonly<Record<Article['shape'], ReactNode>> = {
  desk: (
    <>
      <path className="glow" d="M58 62 L14 150 L128 150 Z" />
      <path className="line" d="M96 145 L96 92 L128 58 L84 40" />
      <path className="shade" d="M92 26 L100 48 L64 66 L48 50 Q62 26 92 26 Z" />
      <circle className="bulb" cx="58" cy="61" r="7" />
      <path className="base" d="M72 150 h48 a4 4 0 0 0 -4 -8 h-40 a4 4 0 0 0 -4 8 Z" />
      <circle className="joint" cx="128" cy="58" r="5" />
    </>
  ),
  pendant: (
    <>
      <path className="glow" d="M52 84 L16 160 L144 160 L108 84 Z" />
      <path className="line" d="M80 0 L80 44" />
      <path className="shade" d="M80 38 C54 42 42 62 40 86 L120 86 C118 62 106 42 80 38 Z" />
      <path className="bulb" d="M68 86 a12 12 0 0 0 24 0 Z" />
    </>
  ),
  floor: (
    <>
      <path className="glow" d="M46 44 L18 156 L104 156 L90 44 Z" />
      <path className="line" d="M104 152 L104 22 Q104 12 94 12 L68 12 L68 22" />
      <path className="shade" d="M54 20 L82 20 L94 46 L42 46 Z" />
      <path className="bulb" d="M58 46 a10 8 0 0 0 20 0 Z" />
      <path className="base" d="M82 154 a22 6 0 0 1 44 0 Z" />
    </>
  ),
  table: (
    <>
      <ellipse className="glow" cx="80" cy="86" rx="68" ry="62" />
      <path className="shade" d="M62 52 L98 52 L116 96 L44 96 Z" />
      <path className="bulb" d="M66 96 h28 v4 h-28 Z" />
      <path className="base" d="M74 100 h12 v26 q0 8 14 14 v10 h-40 v-10 q14 -6 14 -14 Z" />
    </>
  ),
  wall: (
    <>
      <path className="glow" d="M64 66 L36 0 L124 0 L96 66 Z" />
      <path className="glow" d="M64 96 L36 160 L124 160 L96 96 Z" />
      <path className="shade" d="M60 56 h40 v50 h-40 Z" />
      <path className="bulb" d="M62 52 h36 v5 h-36 Z M62 105 h36 v5 h-36 Z" />
      <path className="base" d="M52 74 h8 v14 h-8 Z" />
    </>
  ),
  string: (
    <>
      <path className="line" d="M0 30 Q40 74 80 62 T160 40" />
      {[
        [20, 50],
        [50, 64],
        [82, 61],
        [112, 54],
        [142, 46],
      ].map(([x = 0, y = 0]) => (
        <g key={x}>
          <circle className="glow" cx={x} cy={y + 20} r="22" />
          <path className="base" d={`M${x - 4} ${y} h8 v10 h-8 Z`} />
          <circle className="bulb" cx={x} cy={y + 19} r="9" />
        </g>
      ))}
    </>
  ),
}

export function Lamp({ shape }: Pick<Article, 'shape'>) {
  return (
    <svg className="lamp" viewBox="0 0 160 160" aria-hidden="true">
      {shapes[shape]}
    </svg>
  )
}
