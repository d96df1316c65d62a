// A small picture for each flow. It is only decoration: the text beside it says the same.

import type { ReactElement } from 'react'

const pictures = {
  door: <path d="M15 41V9h18v32M10 41h28M28.5 25v1" />,
  light: (
    <>
      <rect x="17" y="6" width="14" height="30" rx="4" />
      <path d="M24 36v7M24 13v.01M24 21v.01M24 29v.01" />
    </>
  ),
  search: (
    <>
      <circle cx="21" cy="21" r="11" />
      <path d="m29.5 29.5 10 10" />
    </>
  ),
  checkout: (
    <>
      <rect x="6" y="12" width="36" height="25" rx="4" />
      <path d="M6 20h36M12 30h9" />
    </>
  ),
  turnstiles: <path d="M24 24 24 7M24 24l15 9M24 24 9 33M12 43h24M24 33v10" />,
  chat: <path d="M8 10h32v22H22l-8 8v-8H8zM15 18h18M15 24h11" />,
  time: (
    <>
      <path d="M9 24a15 15 0 1 0 5-11.2M9 8v8h8" />
      <path d="M24 16v9l6 4" />
    </>
  ),
  cells: (
    <path d="M8 8h8v8H8zM20 8h8v8h-8zM32 8h8v8h-8zM8 20h8v8H8zM20 20h8v8h-8zM32 20h8v8h-8zM8 32h8v8H8zM20 32h8v8h-8zM32 32h8v8h-8z" />
  ),
  errors: <path d="M24 7 43 40H5zM24 19v10M24 34.5v.01" />,
  file: <path d="M12 6h17l8 8v28H12zM28 6v9h9M19 22l10 6-10 6z" />,
  draft: <path d="M10 38h8l20-20-8-8-20 20zM26 14l8 8M26 40h14" />,
  chart: <path d="M8 9h13v11H8zM27 28h13v11H27zM21 14h12v14M8 28h13v11H8zM14 20v8" />,
  inspector: <path d="M7 10h34v28H7zM27 10v28M32 17h4M32 23h4M32 29h4M12 17h9M12 23h6" />,
  save: <path d="M24 7v21M15 20l9 9 9-9M8 32v8h32v-8" />,
}

/** The picture of a flow. */
export function FlowPicture({ of }: { readonly of: keyof typeof pictures }): ReactElement {
  return (
    <svg className="flow-picture" viewBox="0 0 48 48" width="48" height="48" aria-hidden="true">
      {pictures[of]}
    </svg>
  )
}
