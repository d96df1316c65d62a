// `@xmachines/core/store/conformance`: what every store must do, as cases for any test framework.

export { type StoreCase, type StoreUnderTest, storeCases } from './cases.ts'
