// The code that each side adds to a page with React: its store and its binding.

export interface Weighed {
  readonly name: string
  /** The module whose bundle is weighed. */
  readonly code: string
}

/** Ours and the peers, in the order of the tables. */
export const bindings: readonly Weighed[] = [
  {
    name: '@xmachines/core and @xmachines/react',
    code: `export { createRun, defineMachine } from '@xmachines/core'; export { useSend, useSnapshot } from '@xmachines/react'`,
  },
  {
    name: 'xstate and @xstate/react',
    code: `export { assign, createActor, createMachine } from 'xstate'; export { useSelector } from '@xstate/react'`,
  },
  {
    name: '@xstate/store-react',
    code: `export { createStore, useSelector } from '@xstate/store-react'`,
  },
  {
    name: 'zustand',
    code: `export { createStore, useStore } from 'zustand'`,
  },
  {
    name: 'redux and react-redux',
    code: `export { legacy_createStore } from 'redux'; export { Provider, useDispatch, useSelector } from 'react-redux'`,
  },
]
