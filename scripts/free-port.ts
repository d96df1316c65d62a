/**
 * Makes sure that a port is free, and says which process holds it if it is not: `node scripts/free-port.ts PORT`.
 */
import { spawnSync } from 'node:child_process'
import { portToPid } from 'pid-port'
import { isFree } from './port-for-server.ts'

const port = Number(process.argv[2])
if (!(await isFree(port))) {
  console.error(`Port ${port} is taken by ${await holderOf(port)}. Stop it, then start again.`)
  process.exitCode = 1
}

async function holderOf(wanted: number): Promise<string> {
  // The programs that know need rights, and not every system has them.
  const pid = await portToPid(wanted).catch(() => undefined)
  if (pid === undefined) return 'another process, which this system does not name'
  const { stdout } = spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
  return `process ${pid}${stdout ? ` (${stdout.trim()})` : ''}`
}
