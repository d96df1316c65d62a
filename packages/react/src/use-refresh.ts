// Tells a render that Fast Refresh caused from others.

import { useMemo } from 'react'
import { hasMode } from './mode.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * Another object in each render that Fast Refresh causes: React ignores dependencies when it renders a component of an
 * edited module. Production builds have no Fast Refresh.
 */
export const useRefresh: () => object | undefined = (hasMode ? process.env.NODE_ENV !== 'production' : false)
  ? () => useMemo(() => ({}), [])
  : () => undefined
