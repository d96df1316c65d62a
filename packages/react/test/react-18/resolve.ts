// Import this before a script, and the script runs on the React in this folder.

import { registerHooks } from 'node:module'

const here = import.meta.url

registerHooks({
  resolve(specifier, context, next) {
    const isReact = /^(react|react-dom|use-sync-external-store)(\/|$)/.test(specifier)
    const imported = context.parentURL?.includes('/node_modules/') === false
    return next(specifier, isReact && imported ? { ...context, parentURL: here } : context)
  },
})
