// `@xmachines/core/store/conformance`: what every store must do, as cases for any test framework.

export { storeCases } from './cases.ts'
export type { StoreCase, StoreUnderTest } from './store-case.ts'
