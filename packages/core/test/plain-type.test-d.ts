/** Which types a machine may have: those whose values are plain data. */
import { createRun, defineMachine, type Machine, type PlainData, type RunEvent } from '@xmachines/core'
import { expectTypeOf, test } from 'vitest'

/** Takes what `defineMachine` takes as its types. */
declare function types<
  State extends PlainData<State>,
  Event extends PlainData<Event> & RunEvent = RunEvent,
  Output extends PlainData<Output> = never,
  Input extends PlainData<Input> = undefined,
>(): [State, Event, Output, Input]

interface Tree {
  readonly name: string
  readonly parent?: Tree | undefined
  readonly children: readonly Tree[]
}
type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
type Sum = readonly ['add', Sum, Sum] | number
declare enum Color {
  Red,
  Green,
}
declare enum Word {
  Yes = 'yes',
}
type Id = string & { readonly __brand: 'id' }
declare const brand: unique symbol
type Cents = number & { readonly [brand]: 'cents' }
type Account = { readonly id: string } & { readonly [brand]: 'account' }
class Shape {
  readonly sides: number = 4
}

test('interfaces, unions, arrays, tuples, enums, brands and types that contain themselves are plain data', () => {
  types<Tree>()
  types<Json>()
  types<Sum>()
  types<{ color: Color; word: Word; id: Id; cents: Cents; account: Account }>()
  types<{ at: 'a' } | { at: 'b'; readonly list: readonly (string | null)[] }>()
  types<[number, string?, ...boolean[]]>()
  types<readonly [first: number, second?: { deep: Tree }]>()
  types<Record<string, number>>()
  types<Partial<Record<'a' | 'b', { n: number }>>>()
  types<{ [key: `data-${string}`]: string }>()
  types<RunEvent & { [key: string]: unknown }>()
  types<Shape>()
  types<{ name: string; message: string; stack?: string }>()
  for (const value of [types<number>(), types<string>(), types<'a' | null>(), types<boolean>(), types<null>()])
    void value
})

test('members that may be missing or undefined are plain data', () => {
  types<{ a?: string; b?: number | undefined; c: undefined; d: string | undefined }>()
})

test('what no compiler can know is left to the run', () => {
  types<unknown>()
  types<any>()
  types<{ a: any; b: unknown; c: any[]; d: unknown[]; e: object; f: {} }>()
  types<number, { type: string; value?: unknown }, any, any>()
  types<never>()
})

test('a generic function passes on types that it does not know', () => {
  function listOf<Item, Event extends { type: string }, Output, Input>(first: Item, output: Output) {
    types<Item, Event, Output, Input>()
    types<{ items: Item[]; byName: Record<string, Item>; last?: readonly Item[] }>()
    types<Item | null, Event | { type: 'ADD'; item: Item }, Output | string, { input: Input }>()
    return defineMachine<{ items: readonly Item[] }, { type: 'ADD'; item: Item }, Output>({
      name: 'list',
      version: '1',
      initial: () => ({ items: [first] }),
      transition: ({ items }, { item }, emit) => {
        emit(output)
        return { items: [...items, item] }
      },
    })
  }
  const list = listOf('a', { type: 'added' as const })
  expectTypeOf(list).toEqualTypeOf<
    Machine<{ items: readonly string[] }, { type: 'ADD'; item: string }, { type: 'added' }>
  >()
  expectTypeOf(createRun(list).state.items).toEqualTypeOf<readonly string[]>()
})

class Secret {
  readonly #code = 1
  code(): number {
    return this.#code
  }
}
class Hidden {
  private readonly code: number = 1
  readonly shown: number = this.code
}

test('what plain data has not is an error at any depth', () => {
  // @ts-expect-error a Date
  types<Date>()
  // @ts-expect-error a Date in a member
  types<{ when: Date }>()
  // @ts-expect-error a Date in a member that may be missing
  types<{ when?: Date }>()
  // @ts-expect-error a Date beside text
  types<{ when: string | Date }>()
  // @ts-expect-error a Date in one state of several
  types<{ at: 'a' } | { at: 'b'; when: Date }>()
  // @ts-expect-error a Date in an item
  types<{ items: readonly { when: Date }[] }>()
  // @ts-expect-error a Date in a tuple
  types<[number, Date]>()
  // @ts-expect-error a Date under any key
  types<Record<string, Date>>()
  // @ts-expect-error a Date in an interface that contains itself
  types<DatedTree>()
  // @ts-expect-error a Map
  types<{ m: Map<string, number> }>()
  // @ts-expect-error a Map that cannot be changed
  types<{ m: ReadonlyMap<string, number> }>()
  // @ts-expect-error a Set
  types<{ s: Set<string> }>()
  // @ts-expect-error a function
  types<{ f: () => void }>()
  // @ts-expect-error a method
  types<{ f(n: number): string }>()
  // @ts-expect-error a class
  types<{ f: typeof Shape }>()
  // @ts-expect-error a bigint
  types<{ n: bigint }>()
  // @ts-expect-error a symbol
  types<{ s: symbol }>()
  // @ts-expect-error a Promise
  types<{ p: Promise<number> }>()
  // @ts-expect-error an Error
  types<{ e: Error }>()
  // @ts-expect-error a typed array
  types<{ b: Uint8Array }>()
  // @ts-expect-error a RegExp
  types<{ r: RegExp }>()
  // @ts-expect-error a URL has methods
  types<{ u: URL }>()
  // @ts-expect-error an instance with private members and methods
  types<{ s: Secret }>()
  // @ts-expect-error an instance with private members
  types<Hidden>()
  // @ts-expect-error an item that is undefined
  types<{ list: (string | undefined)[] }>()
})
interface DatedTree {
  readonly when: Date
  readonly children: readonly DatedTree[]
}

test('events, outputs and input are held to the same', () => {
  // @ts-expect-error an event with a Date
  types<number, { type: 'A' } | { type: 'B'; when: Date }>()
  // @ts-expect-error an output with a Map
  types<number, { type: 'A' }, { type: 'o'; m: Map<string, string> }>()
  // @ts-expect-error an input with a function
  types<number, { type: 'A' }, never, { f: () => void }>()
  // @ts-expect-error an event has a type
  types<number, { name: string }>()
  // @ts-expect-error defineMachine itself
  defineMachine<{ when: Date }, { type: 'A' }>({ name: 'm', version: '1', initial: { when: new Date(0) }, on: {} })
})
