// The media types that bodies have.

/** One JSON value. */
export const JSON_TYPE = 'application/json'
/** One JSON value a line: https://github.com/ndjson/ndjson-spec. */
export const NDJSON_TYPE = 'application/x-ndjson'
/** Server-sent events. */
export const SSE_TYPE = 'text/event-stream'
/** Why a request was not carried out: RFC 9457. */
export const PROBLEM_TYPE = 'application/problem+json'
/** A machine for people, with its diagram. */
export const MARKDOWN_TYPE = 'text/markdown'
/** What the events of a machine must be. */
export const SCHEMA_TYPE = 'application/schema+json'
