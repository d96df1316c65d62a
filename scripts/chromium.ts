/**
 * Finds a Chromium for the tests, or unpacks the one that npm brought along.
 * Order: CHROMIUM_PATH, an installed browser, the package @sparticuz/chromium (Linux on x64).
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'

import { chromium as playwrightChromium } from 'playwright'

/** What Playwright's `chromium.launch()` needs to start the browser that was found. */
export interface ChromiumLaunchOptions {
  executablePath: string
  args: string[]
  env: Record<string, string>
}

const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const names = [
  'chromium',
  'chromium-browser',
  'chromium-headless-shell',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
]

const places = [
  '/usr/lib/chromium/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
]

const cache = join(import.meta.dirname, '../node_modules/.cache/chromium')

let found: ChromiumLaunchOptions | undefined

/**
 * Finds Chromium once, and answers with what Playwright needs to launch it.
 *
 * @returns launch options for Playwright's `chromium.launch()`
 * @throws {Error} that says what to install, when there is no Chromium to be had
 */
export function chromiumLaunchOptions(): ChromiumLaunchOptions {
  found ??= findChromium()
  return found
}

function findChromium(): ChromiumLaunchOptions {
  const named = process.env['CHROMIUM_PATH']
  if (named) {
    if (!existsSync(named)) throw new Error(`CHROMIUM_PATH is ${named}, and there is no such file. ${advice}`)
    return { executablePath: named, args, env: environment({}) }
  }
  const installed = candidates().find(starts)
  if (installed) return { executablePath: installed, args, env: environment({}) }
  return unpacked()
}

function candidates(): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name)))
  return [...onPath, ...places, playwrightChromium.executablePath()].filter((path) => existsSync(path))
}

/** Some distributions put a script called `chromium` on the PATH that only says how to install one. */
function starts(executablePath: string): boolean {
  if (process.platform !== 'linux') return true
  return spawnSync(executablePath, ['--version'], { timeout: 20_000 }).status === 0
}

function unpacked(): ChromiumLaunchOptions {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`No Chromium found on this machine (${process.platform} ${process.arch}). ${advice}`)
  }
  const folder = unpackOnce()
  const executablePath = join(folder, 'chromium')
  const hasFonts = existsSync('/etc/fonts/fonts.conf') && existsSync('/usr/share/fonts')
  const fonts = hasFonts ? {} : { FONTCONFIG_FILE: join(folder, 'fonts/fonts.conf') }

  if (missingLibraries(executablePath, environment({})).length === 0) {
    return { executablePath, args, env: environment(fonts) }
  }
  const inherited = process.env['LD_LIBRARY_PATH']
  const own = join(folder, 'al2023/lib')
  const libraries = { LD_LIBRARY_PATH: inherited ? `${own}${delimiter}${inherited}` : own }
  const missing = missingLibraries(executablePath, environment(libraries))
  if (missing.length > 0) {
    throw new Error(`The Chromium from npm cannot start here, it misses ${missing.join(', ')}. ${advice}`)
  }
  return { executablePath, args, env: environment({ ...fonts, ...libraries }) }
}

/** Unpacks beside the place and renames, so that nobody ever sees half a browser. */
function unpackOnce(): string {
  const origin = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..')
  const { version } = JSON.parse(readFileSync(join(origin, 'package.json'), 'utf8')) as { version: string }
  const folder = join(cache, version)
  if (existsSync(folder)) return folder

  mkdirSync(cache, { recursive: true })
  const bin = join(origin, 'bin')
  const partial = mkdtempSync(join(cache, 'partial-'))
  try {
    writeFileSync(join(partial, 'chromium'), inflate(join(bin, 'chromium.br')), { mode: 0o755 })
    extract(join(bin, 'swiftshader.tar.br'), partial)
    extract(join(bin, 'fonts.tar.br'), join(partial, 'fonts'))
    writeFileSync(join(partial, 'fonts/fonts.conf'), fontsConfiguration)
    extract(join(bin, 'al2023.tar.br'), join(partial, 'al2023'))
    renameSync(partial, folder)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    // Another process was faster: its copy is as good.
    if (existsSync(folder)) return folder
    throw new Error(`The Chromium from npm could not be unpacked into ${cache}. ${advice}`, { cause: error })
  }
  return folder
}

function inflate(file: string): Uint8Array {
  return brotliDecompressSync(readFileSync(file))
}

function extract(archive: string, folder: string): void {
  mkdirSync(folder, { recursive: true })
  const { status, error, stderr } = spawnSync('tar', ['-xf', '-', '-C', folder], { input: inflate(archive) })
  if (status !== 0) throw error ?? new Error(`tar could not unpack ${archive}: ${String(stderr)}`)
}

function missingLibraries(executablePath: string, env: Record<string, string>): string[] {
  const { status, stdout } = spawnSync('ldd', [executablePath], { env, encoding: 'utf8' })
  if (status !== 0) return []
  return [...stdout.matchAll(/^\s*(\S+) => not found/gm)].map(([, library]) => library ?? '')
}

function environment(additions: Record<string, string>): Record<string, string> {
  const own = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { ...Object.fromEntries(own), ...additions }
}

/** In place of the one that comes along, which looks for the fonts in places of its own. */
const fontsConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`

const advice =
  'The tests in a browser need Chromium: install it (Debian and Ubuntu: `apt-get install chromium`; ' +
  'elsewhere: `npx playwright install chromium`, or Google Chrome), or set CHROMIUM_PATH to its executable.'
