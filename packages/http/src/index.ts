// The public names of @xmachines/http: the client, for browsers, Node and workers.

export type { HttpCode, Problem, ProblemCode } from './wire/problem.ts'
export type { WireSnapshot } from './wire/snapshot.ts'
