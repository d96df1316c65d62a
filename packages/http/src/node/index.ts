// `@xmachines/http/node`: serves a handler with Node's own HTTP server.

/** What answers requests: `createHandler` makes one. */
export type Handler = (request: Request) => Promise<Response>
