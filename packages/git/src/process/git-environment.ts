// The environment that `git` is started with. What says how to reach a remote, and what a deployment configures, stays.
// What says which repository to use, or changes what an object is, goes.

import { devNull } from 'node:os'

/** How remotes are reached, where the configuration of this machine is, and where Git's own programs are. */
const KEPT =
  /^GIT_(SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|PROXY_COMMAND|EXEC_PATH|SSL_\w+|PROXY_SSL_\w+|HTTP_\w+|CONFIG_(COUNT|GLOBAL|SYSTEM|NOSYSTEM|KEY_\d+|VALUE_\d+))$/
/** Traces are kept if they go to a file: the standard error of `git` is read for what is wrong. */
const TRACES = /^GIT_(TRACE2?(_\w+)?|CURL_VERBOSE)$/
/** The transports that are allowed. */
const PROTOCOLS = ['file', 'git', 'http', 'https', 'ssh']

/** The environment for `git`, made from that of this process. */
export function gitEnvironment(given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(given).filter(([name, value]) => {
    const upper = name.toUpperCase()
    return !upper.startsWith('GIT_') || KEPT.test(upper) || (TRACES.test(upper) && goesToFile(upper, value))
  })
  const allowed = given['GIT_ALLOW_PROTOCOL']?.split(':')
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_ALLOW_PROTOCOL: PROTOCOLS.filter((one) => allowed?.includes(one) ?? true).join(':'),
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    // Grafts say that a commit has other parents than it has.
    GIT_GRAFT_FILE: devNull,
  }
}

/** Whether a trace goes to a file, or is a setting of traces. */
function goesToFile(name: string, value = ''): boolean {
  if (/_(REDACT|NO_DATA|COMPONENTS|ENV_VARS|CONFIG_PARAMS|BRIEF|MAX_FILES)$/.test(name)) return true
  return /^(af_unix:)?([/\\]|[A-Za-z]:)/.test(value)
}
