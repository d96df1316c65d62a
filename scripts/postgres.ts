/**
 * Finds a Postgres server for tests and measurements, and starts it in a temporary folder, as durable as it comes.
 * Order: POSTGRES_BIN, an installed one, Debian's packages, which are unpacked and not installed, and need no root.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { librariesIn, unpackDebian } from './debian.ts'
import { portForServer } from './port-for-server.ts'
import { makeOnce, onPath, versionOf } from './programs.ts'

/** The folder of a server's programs, and what their environment needs besides that of the caller. */
interface Programs {
  readonly folder: string
  readonly version: string
  readonly env: NodeJS.ProcessEnv
}

/** A server that runs. Whoever connects on this machine is let in. */
export interface PostgresServer {
  readonly version: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  /** Kills it with SIGKILL, and starts it again on the same data and port. */
  crash(): Promise<void>
  /** Stops it, and deletes its data. */
  stop(): Promise<void>
}

const cache = join(import.meta.dirname, '../node_modules/.cache/postgres')
const HOST = '127.0.0.1'
const USER = 'postgres'
/** Postgres refuses to run as root. This is `nobody`. */
const NOBODY = { uid: 65_534, gid: 65_534 }
/** Milliseconds for a server to start. */
const PATIENCE = 60_000

const advice =
  'The tests of the store in Postgres need a server: install it (Debian and Ubuntu: `apt-get install postgresql`), or set ' +
  'POSTGRES_BIN to the folder of its programs.'

let found: Programs | undefined

/**
 * Starts a server on a free port, with its data in a temporary folder and `fsync` on.
 *
 * @returns the server, which accepts connections
 * @throws {Error} that says what to install, if there is none; or what it printed, if it does not start
 */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = findPostgres()
  const folder = mkdtempSync(join(tmpdir(), 'xmachines-postgres-'))
  const as = process.getuid?.() === 0 ? NOBODY : undefined
  if (as !== undefined) chownSync(folder, as.uid, as.gid)
  const options = { cwd: folder, env: programs.env, ...as }
  const data = join(folder, 'data')
  const initdb = ['--pgdata', data, '--username', USER, '--auth', 'trust', '--no-locale', '--encoding', 'UTF8']
  const { status, stderr } = spawnSync(join(programs.folder, 'initdb'), initdb, { ...options, encoding: 'utf8' })
  if (status !== 0) throw new Error(`initdb failed (${status}):\n${stderr}`)

  const port = await portForServer()
  let server = await start()
  const end = (): void => void server.kill('SIGQUIT')
  process.on('exit', end)
  return {
    version: programs.version,
    host: HOST,
    port,
    user: USER,
    database: USER,
    async crash() {
      await kill(server, 'SIGKILL')
      // Its children notice after a moment, and until then another server is refused.
      const patience = Date.now() + PATIENCE
      for (;;) {
        try {
          server = await start()
          return
        } catch (error) {
          if (Date.now() > patience) throw error
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
      }
    },
    async stop() {
      process.off('exit', end)
      await kill(server, 'SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }

  function start(): Promise<ChildProcess> {
    const settings = [
      `unix_socket_directories=${folder}`,
      `listen_addresses=${HOST}`,
      'fsync=on',
      // Each store of a test has a pool of its own, whose connections stay for seconds.
      'max_connections=500',
    ]
    const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
    const child = spawn(join(programs.folder, 'postgres'), args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
    return new Promise((resolve, reject) => {
      let printed = ''
      const patience = setTimeout(() => {
        child.kill('SIGQUIT')
        reject(new Error(`Postgres did not start within ${PATIENCE} ms:\n${printed}`))
      }, PATIENCE)
      child.once('exit', (code) => {
        clearTimeout(patience)
        reject(new Error(`Postgres ended with ${code}:\n${printed}`))
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        printed = (printed + text).slice(-10_000)
        if (!/ready to accept connections/.test(printed)) return
        clearTimeout(patience)
        resolve(child)
      })
    })
  }
}

function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill(signal)
  })
}

/** Finds the programs, once in a process. */
function findPostgres(): Programs {
  if (found !== undefined) return found
  for (const { folder, env } of candidates()) {
    const version = versionOf(join(folder, 'postgres'), env)
    if (version !== undefined) return (found = { folder, version, env })
  }
  throw new Error(`There is no Postgres that runs on this machine (${process.platform}). ${advice}`)
}

function* candidates(): Generator<Omit<Programs, 'version'>> {
  const { env } = process
  const named = env['POSTGRES_BIN']
  if (named) {
    yield { folder: named, env }
    return
  }
  yield* versionsIn('/usr/lib/postgresql').map((folder) => ({ folder, env }))
  yield* onPath('initdb').map((path) => ({ folder: dirname(path), env }))
  makeOnce(cache, (folder) => unpackDebian(folder, { packages: [serverPackage()], withDependencies: true, advice }))
  const withLibraries = { ...env, ...librariesIn(cache) }
  yield* versionsIn(join(cache, 'usr/lib/postgresql')).map((folder) => ({ folder, env: withLibraries }))
}

/** The folders of the programs of each version, the latest first. */
function versionsIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  const versions = readdirSync(folder).toSorted((one, other) => Number(other) - Number(one))
  return versions.map((version) => join(folder, version, 'bin')).filter((bin) => existsSync(join(bin, 'postgres')))
}

/** The package that `postgresql` stands for in this release of Debian. */
function serverPackage(): string {
  const { stdout } = spawnSync('apt-cache', ['depends', 'postgresql'], { encoding: 'utf8' })
  return /Depends: (postgresql-\d+)/.exec(stdout ?? '')?.[1] ?? 'postgresql'
}
