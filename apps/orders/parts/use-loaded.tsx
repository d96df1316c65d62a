'use client'

// Code that a page loads only if it is asked for.

import { useCallback, useState } from 'react'

/**
 * A module that is not part of the page.
 * @param load imports it. Make it once, outside of components
 * @returns the module once it is there, and a function that asks for it
 */
export function useLoaded<Module>(load: () => Promise<Module>): [Module | undefined, () => Promise<void>] {
  const [loaded, setLoaded] = useState<Module>()
  const ask = useCallback(async () => setLoaded(await load()), [load])
  return [loaded, ask]
}
