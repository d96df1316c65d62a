/**
 * Finds Chromium for the tests in a browser.
 * Order: CHROMIUM_PATH, an installed browser, the npm package @sparticuz/chromium, which is unpacked (Linux on x64).
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'

import { chromium as playwrightChromium } from 'playwright'

import { makeOnce, onPath, versionOf } from './programs.ts'

/** Options for Playwright's `chromium.launch()`. */
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
 * Finds Chromium, once in a process.
 *
 * @returns how to launch it
 * @throws {Error} that says what to install, if there is none
 */
export function chromiumLaunchOptions(): ChromiumLaunchOptions {
  found ??= findChromium()
  return found
}

function findChromium(): ChromiumLaunchOptions {
  const named = process.env['CHROMIUM_PATH']
  if (named) {
    if (!existsSync(named)) throw new Error(`CHROMIUM_PATH names ${named}, which does not exist. ${advice}`)
    return { executablePath: named, args, env: environment({}) }
  }
  const installed = candidates().find(starts)
  if (installed) return { executablePath: installed, args, env: environment({}) }
  return unpacked()
}

function candidates(): string[] {
  return [...onPath(...names), ...[...places, playwrightChromium.executablePath()].filter((path) => existsSync(path))]
}

/** On some distributions the `chromium` on the PATH is a script that only says how to install Chromium. */
function starts(executablePath: string): boolean {
  return process.platform !== 'linux' || versionOf(executablePath) !== undefined
}

function unpacked(): ChromiumLaunchOptions {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`There is no Chromium on this machine (${process.platform} ${process.arch}). ${advice}`)
  }
  const folder = unpack()
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
    throw new Error(`The Chromium from npm cannot start here, because ${missing.join(', ')} is missing. ${advice}`)
  }
  return { executablePath, args, env: environment({ ...fonts, ...libraries }) }
}

function unpack(): string {
  const origin = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..')
  const { version } = JSON.parse(readFileSync(join(origin, 'package.json'), 'utf8')) as { version: string }
  const folder = join(cache, version)
  const bin = join(origin, 'bin')
  try {
    makeOnce(folder, (partial) => {
      writeFileSync(join(partial, 'chromium'), inflate(join(bin, 'chromium.br')), { mode: 0o755 })
      extract(join(bin, 'swiftshader.tar.br'), partial)
      extract(join(bin, 'fonts.tar.br'), join(partial, 'fonts'))
      writeFileSync(join(partial, 'fonts/fonts.conf'), fontsConfiguration)
      extract(join(bin, 'al2023.tar.br'), join(partial, 'al2023'))
    })
  } catch (error) {
    throw new Error(`The Chromium from npm could not be unpacked into ${folder}. ${advice}`, { cause: error })
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

/** Replaces the configuration in the package, which looks for fonts in folders that do not exist here. */
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
