// Imported before a script, makes it run on the React of this folder.

import { registerHooks } from 'node:module'

const here = import.meta.url

registerHooks({
  resolve(specifier, context, next) {
    const leansOnReact = /^(react|react-dom|use-sync-external-store)(\/|$)/.test(specifier)
    const imported = context.parentURL?.includes('/node_modules/') === false
    return next(specifier, leansOnReact && imported ? { ...context, parentURL: here } : context)
  },
})
