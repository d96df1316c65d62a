// Plain data as a type, for the parameters of `defineMachine`. What cannot be plain data becomes `NotPlain` with a sentence,
// which a compiler prints together with the path to it. Types only: no bundle has any of this.

/** In place of a type that is not plain data: nothing is assignable to it, and its name says why. */
export interface NotPlain<Why extends string> {
  readonly [why]: Why
}
declare const why: unique symbol

/**
 * What a type must be assignable to if its values are plain data: the type itself, with `NotPlain` in place of each member
 * that is not plain data. `any` and `unknown` pass, and so does a type that a generic function does not know yet.
 */
export type PlainData<Type> = Judge<Type, Judged<Type>>

/**
 * The judgement of a type, once the type is known. In a generic function it is not, and whatever depends on it takes any
 * value: the compiler then looks the key up as any key. A conditional type would refuse, because one of its branches does.
 */
type Judge<Type, Judgement> = Verdict<Judgement>[keyof Known<Type>]
interface Verdict<Judgement> {
  readonly judged: Judgement
  readonly [key: string]: unknown
  readonly [key: number]: unknown
  readonly [key: symbol]: unknown
}
type Known<Type> = [Type] extends [unknown] ? { judged: true } : never

type Judged<Type> = unknown extends Type
  ? unknown
  : Type extends string | number | boolean | null | undefined | void
    ? Type
    : Type extends bigint
      ? NotPlain<'plain data has no bigint: use a string'>
      : Type extends symbol
        ? NotPlain<'plain data has no symbol: use a string'>
        : Type extends ((...parameters: never) => unknown) | (abstract new (...parameters: never) => unknown)
          ? NotPlain<'plain data has no function: use a name for what it does'>
          : Type extends readonly unknown[]
            ? JudgedArray<Type>
            : JudgedObject<Type>

type JudgedArray<List extends readonly unknown[]> = List[number][] extends List
  ? Items<List[number]>
  : Parts<List[number]>

// Interfaces, because the compiler looks into one only when it must: a type may contain itself.
interface Items<Item> {
  readonly [index: number]: Judge<Item, JudgedItem<Item>>
}
/** The parts of a tuple, of which the last may be left out. */
interface Parts<Part> {
  readonly [index: number]: PlainData<Part>
}

type JudgedItem<Item> = unknown extends Item
  ? unknown
  : Item extends undefined
    ? NotPlain<'an array of plain data has no undefined items: use null'>
    : Judged<Item>

type JudgedObject<Type> = Type extends Date
  ? NotPlain<'plain data has no Date: use a string or a number'>
  : Type extends ReadonlyMap<infer _Key, infer _Value>
    ? NotPlain<'plain data has no Map: use an object'>
    : Type extends ReadonlySet<infer _Item>
      ? NotPlain<'plain data has no Set: use an array'>
      : Type extends PromiseLike<unknown>
        ? NotPlain<'plain data has no Promise: use an output, whose handler sends an event with the result'>
        : Type extends RegExp | ArrayBuffer | ArrayBufferView | WeakMap<never, unknown> | WeakSet<never>
          ? NotPlain<'plain data has no class instance: use an object of its members'>
          : // Plain data may have a name and a message too.
            [Type, 'stack' | 'cause'] extends [Error, keyof Type]
            ? NotPlain<'plain data has no class instance: use an object of its members'>
            : // A mapped type has no private members, so these tell the instance of a class.
              { [Key in keyof Type]: Type[Key] } extends Type
              ? // A symbol key is a brand: types have it, and values do not.
                { [Key in keyof Type]: Key extends symbol ? Type[Key] : PlainData<Type[Key]> }
              : NotPlain<'plain data has no class instance: use an object of its members'>
