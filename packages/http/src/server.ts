// `@xmachines/http/server`: the host and the handler, on web standards alone.

export type { HttpCode, Problem, ProblemCode } from './wire/problem.ts'
