// Whether anything says if this is production, as core finds out. The files of this package import it from here, and not
// from core: a bundle that leaves core out would repeat that import for each of them.

export { hasMode } from '@xmachines/core/internal'
