// What answers requests: operations, and what they are given.

import type { HeldRun, Host } from '../host/host.ts'
import type { RunOfMachine } from '../host/run-pages.ts'
import type { BareAnswer, BareRequest } from '../wire/bare.ts'
import type { ProblemCode } from '../wire/problem.ts'
import type { WireSnapshot } from '../wire/snapshot.ts'
import type { Limits } from './limits.ts'
import type { RecordPages } from './streams/record-pages.ts'
import type { Subscribers } from './streams/subscribers.ts'

/** What a caller wants to do. */
export type Action =
  /** To see a machine, or the description of the server. */
  | 'describe'
  /** To create a run of a machine. */
  | 'create'
  /** To bring a run that was recorded elsewhere. */
  | 'import'
  /** To list the runs of a machine. Each run in the list is then asked about with `read`. */
  | 'list'
  /** To see a run: its snapshots, its history, and its entry in a list. */
  | 'read'
  /** To apply events to a run. */
  | 'write'

/** What a caller wants to send, once its body is read. */
export interface WantedEvents {
  /** `write` for a batch, `import` for a document. */
  readonly action: 'write' | 'import'
  /** The events of the batch, or all of the document. They are not checked yet, so they may be anything. */
  readonly events: readonly unknown[]
  /** The run that the batch is for, as it is at the moment; undefined for a document. */
  readonly snapshot: WireSnapshot | undefined
  /** The head that `If-Match` names. */
  readonly expectedHead: string | undefined
}

/** What an operation is given. */
export interface Call {
  readonly request: BareRequest
  readonly url: URL
  readonly host: Host
  readonly limits: Limits
  readonly subscribers: Subscribers
  readonly pages: RecordPages
  /** The path that all others are below. */
  readonly base: string
  /** `NAME@VERSION`, in paths of machines; in lists what the query says. */
  readonly machine: string
  /** The id, in paths of runs. */
  readonly id: string
  /** Holds the run of the path until the answer is made, or taken over by a stream. */
  hold(): Promise<HeldRun>
  /** Gives the answer to a caller who may not send these events. */
  permitEvents(wanted: WantedEvents): Promise<Response | undefined>
  /** Whether the caller may see a run of a list; undefined if everybody may see all of them. */
  readonly may: ((run: RunOfMachine) => Promise<boolean>) | undefined
}

/** What one method does at one path. The description of the server is made of the same. */
export interface Operation {
  readonly action: Action
  /** One sentence, for the description. */
  readonly summary: string
  /** Media types that the body of a request may have. */
  readonly takes?: readonly string[]
  /** Media types of answers, by status. */
  readonly gives: Readonly<Record<number, readonly string[]>>
  /** Why it may be refused. */
  readonly problems: readonly ProblemCode[]
  /** Parameters in the query. */
  readonly query?: Readonly<Record<string, string>>
  /** Request headers that mean something to it. */
  readonly headers?: Readonly<Record<string, string>>
  /** The machine that a request is about, if its path does not say so. */
  machineOf?(url: URL): string
  respond(call: Call): Promise<Response | BareAnswer>
}

export type Method = 'GET' | 'POST' | 'PATCH'

/** A path, and what the methods do there. */
export interface Route {
  /** With parameters in braces, as OpenAPI writes them. */
  readonly path: string
  /** Undefined if a request of another path was made. */
  match(path: string): { readonly machine?: string; readonly id?: string } | undefined
  readonly methods: Readonly<Partial<Record<Method, Operation>>>
}
