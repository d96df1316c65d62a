// Compiles small sources against core, to read what the compiler says to a user.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')

/** The errors of each source, by its name. `LINE:COLUMN` of the error comes first. */
export function compile<Name extends string>(sources: Readonly<Record<Name, string>>): Record<Name, string> {
  const folder = mkdtempSync(join(tmpdir(), 'xmachines-compile-'))
  try {
    const names = Object.keys(sources) as Name[]
    for (const name of names) writeFileSync(join(folder, `${name}.ts`), sources[name])
    const config = {
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: {
        lib: ['ES2024', 'DOM'],
        noEmit: true,
        incremental: false,
        paths: { '@xmachines/core': [join(root, 'packages/core/src/index.ts')] },
      },
      files: names.map((name) => `${name}.ts`),
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    })
    const errors = Object.fromEntries(names.map((name) => [name, ''])) as Record<Name, string>
    let current: Name | undefined
    for (const line of (stdout + stderr).split('\n')) {
      const [, file, at, rest] = /^(\S+?)\.ts\((\d+,\d+)\): (.*)$/.exec(line) ?? []
      if (file !== undefined) current = names.find((name) => name === file)
      if (file !== undefined && current === undefined) throw new Error(`core does not compile: ${line}`)
      if (current !== undefined)
        errors[current] += file === undefined ? `${line}\n` : `${at?.replace(',', ':')} ${rest}\n`
      else if (line !== '') throw new Error(line)
    }
    return errors
  } finally {
    rmSync(folder, { recursive: true })
  }
}
