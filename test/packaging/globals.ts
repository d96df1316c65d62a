// Which globals a module refers to, and which built-in members newer than ES2020 it uses, by its syntax.

import { parseAst } from 'vite'

/** What every engine of ES2020 has. */
const ES2020 = new Set(
  (
    'undefined NaN Infinity globalThis Object Function Boolean Symbol Number BigInt Math Date String RegExp Array Map Set ' +
    'WeakMap WeakSet ArrayBuffer DataView Uint8Array Uint32Array BigUint64Array JSON Promise Reflect Proxy Error ' +
    'TypeError RangeError SyntaxError encodeURIComponent unescape arguments'
  ).split(' '),
)

/** The members of built-ins that came after ES2020, by built-in. */
const NEWER: Readonly<Record<string, readonly string[]>> = {
  'String.prototype': ['isWellFormed', 'toWellFormed', 'replaceAll'],
  'Array.prototype': ['at', 'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'toSpliced', 'with'],
  Array: ['fromAsync'],
  Object: ['hasOwn', 'groupBy'],
  Promise: ['any', 'withResolvers', 'try'],
  'Set.prototype': ['union', 'intersection', 'difference', 'isSubsetOf'],
  'Map.prototype': ['getOrInsert', 'getOrInsertComputed'],
  'Uint8Array.prototype': ['toHex', 'toBase64', 'setFromHex'],
  Uint8Array: ['fromHex', 'fromBase64'],
  'AbortSignal.prototype': ['throwIfAborted'],
  AbortSignal: ['any', 'timeout'],
  Error: ['isError', 'captureStackTrace'],
}
const newer = new Map(Object.entries(NEWER).flatMap(([of, names]) => names.map((name) => [name, `${of}.${name}`])))

interface Node {
  readonly type: string
  readonly [member: string]: unknown
}

/**
 * The globals and the newer members that a module uses. A name that is declared anywhere in the module counts as declared.
 * @param code the module
 */
export function globalsOf(code: string): Set<string> {
  const used = new Set<string>()
  const declared = new Set<string>()
  visit(parseAst(code) as unknown as Node)
  return new Set([...used].filter((name) => !declared.has(name) && !ES2020.has(name)))

  function visit(node: Node): void {
    if (node.type === 'ForOfStatement' && node['await'] === true) used.add('Symbol.asyncIterator')
    if (node.type === 'Identifier') used.add(String(node['name']))
    if (node.type === 'MemberExpression' && node['computed'] === false) visitMember(node)
    if (node.type === 'CallExpression') visitCall(node)
    for (const [key, value] of Object.entries(node)) {
      if (isName(node, key)) continue
      if (isDeclaration(node, key)) declare(value)
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child)
    }
  }

  function visitMember({ object, property }: Node): void {
    const name = String((property as Node)['name'])
    const of = (object as Node)['name']
    if (of === 'globalThis' || (of === 'Symbol' && name === 'asyncIterator')) {
      used.add(of === 'globalThis' ? name : 'Symbol.asyncIterator')
    }
  }

  function visitCall({ callee, arguments: given }: Node): void {
    const { name, object, property } = callee as Node
    const member = String((property as Node | undefined)?.['name'])
    const of = String((object as Node | undefined)?.['name'])
    const found = NEWER[of]?.includes(member) === true ? `${of}.${member}` : newer.get(member)
    if (found !== undefined) used.add(found)
    // Core asks for classes of streams by their names.
    if (name === 'streamClass') used.add(String((given as Node[])[0]?.['value']))
  }

  /** Declares the names of a pattern. */
  function declare(pattern: unknown): void {
    for (const each of Array.isArray(pattern) ? pattern : [pattern]) {
      if (!isNode(each)) continue
      if (each.type === 'Identifier') declared.add(String(each['name']))
      for (const key of ['properties', 'elements', 'left', 'argument']) declare(each[key])
      if (each.type === 'Property') declare(each['value'])
    }
  }
}

/** Whether a member of a node is a name that refers to nothing. */
function isName({ type, computed, shorthand }: Node, key: string): boolean {
  if (type === 'MemberExpression') return key === 'property' && computed === false
  if (key === 'key') return computed !== true && shorthand !== true
  if (type === 'MetaProperty') return true
  return type === 'ImportSpecifier'
    ? key === 'imported'
    : type === 'ExportSpecifier' || type === 'LabeledStatement'
      ? key !== 'body'
      : key === 'label'
}

function isDeclaration({ type }: Node, key: string): boolean {
  if (type.startsWith('Import')) return key === 'local'
  return key === 'params' || key === 'param' || (key === 'id' && type !== 'MetaProperty')
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value
}
