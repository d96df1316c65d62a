// A folder of bare repositories, served by Git's own `http-backend` on the loopback interface: a small CGI host, which
// also breaks off requests if a test asks it to.

import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { portForServer } from '../../../scripts/port-for-server.ts'

/** When a request is broken off. */
export type Fault =
  /** Before any of its work is done. */
  | 'before'
  /** After its work was done, before the answer. */
  | 'after'
  /** In the middle of the answer. */
  | 'within'
  /** At once, with an answer that asks for a password. */
  | 'password'

/** A server of repositories. */
export interface GitServer {
  /** The url of the folder. */
  readonly url: string
  /** Called for each request: decides whether it is broken off, and when. */
  onRequest: (request: IncomingMessage) => Fault | undefined
  /** Breaks off all requests, kills the processes that serve them, and takes no more. */
  kill(): Promise<void>
  /** Takes requests again at the same url. */
  start(): Promise<void>
}

/** Serves a folder. */
export async function serveGit(folder: string): Promise<GitServer> {
  const backends = new Set<ReturnType<typeof spawn>>()
  // It comes back at the same address.
  const port = await portForServer()
  const http = createServer((request, response) => {
    const fault = served.onRequest(request)
    if (fault === 'before') {
      request.socket.destroy()
      return
    }
    if (fault === 'password') {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="runs"' }).end()
      return
    }
    const backend = spawn('git', ['http-backend'], {
      env: environment(folder, request),
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    backends.add(backend)
    backend.stdin.on('error', () => undefined)
    request.pipe(backend.stdin)
    const printed: Buffer[] = []
    backend.stdout.on('data', (chunk: Buffer) => printed.push(chunk))
    backend.on('close', () => {
      backends.delete(backend)
      if (fault === 'after') request.socket.destroy()
      else answer(response, Buffer.concat(printed), { half: fault === 'within' })
    })
  })

  async function listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject)
      http.listen(port, '127.0.0.1', resolve)
    })
  }

  await listen()
  const served: GitServer = {
    url: `http://127.0.0.1:${port}`,
    onRequest: () => undefined,
    async kill() {
      const closed = new Promise((resolve) => http.close(resolve))
      http.closeAllConnections()
      for (const backend of backends) backend.kill('SIGKILL')
      await closed
    },
    start: listen,
  }
  return served
}

/** The environment of a CGI program (RFC 3875), and where the repositories are. */
function environment(folder: string, { method, url = '/', headers }: IncomingMessage): NodeJS.ProcessEnv {
  const { pathname, search } = new URL(url, 'http://localhost')
  return {
    PATH: process.env['PATH'],
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_PROJECT_ROOT: folder,
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_PROTOCOL: header(headers['git-protocol']),
    REMOTE_USER: 'somebody',
    REMOTE_ADDR: '127.0.0.1',
    REQUEST_METHOD: method,
    PATH_INFO: decodeURIComponent(pathname),
    QUERY_STRING: search.slice(1),
    CONTENT_TYPE: header(headers['content-type']),
    ...(headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: headers['content-length'] }),
    HTTP_CONTENT_ENCODING: header(headers['content-encoding']),
  }
}

function header(value: string | string[] | undefined): string {
  return String(value ?? '')
}

function answer(response: ServerResponse, printed: Buffer, { half }: { readonly half: boolean }): void {
  const end = printed.indexOf('\r\n\r\n')
  if (end === -1) {
    response.destroy()
    return
  }
  for (const line of printed.toString('latin1', 0, end).split('\r\n')) {
    const [name = '', ...value] = line.split(': ')
    if (name === 'Status') response.statusCode = Number.parseInt(value.join(': '), 10)
    else response.setHeader(name, value.join(': '))
  }
  const body = printed.subarray(end + 4)
  if (half) response.write(body.subarray(0, body.length >> 1), () => response.destroy())
  else response.end(body)
}
