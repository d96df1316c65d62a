// Makes a chart of XState from an SCXML document, as far as the tests that XState enables need it.

import { JSDOM } from 'jsdom'
import {
  type AnyEventObject,
  type AnyStateMachine,
  assign,
  cancel,
  createMachine,
  enqueueActions,
  log,
  not,
  raise,
  sendTo,
  stateIn,
} from 'xstate'

type Context = Record<string, unknown>
type Scope = { readonly context: Context; readonly event: AnyEventObject }
type Config = Record<string, unknown>

/** The chart of an SCXML document. */
export function chartOf(document: string, id: string): AnyStateMachine {
  const { documentElement } = new JSDOM(document, { contentType: 'text/xml' }).window.document
  return chartOfElement(documentElement, id)
}

/** The key and id of a state: a dot would separate keys. */
export function keyOf(id: string): string {
  return id.replaceAll('.', '$')
}

function chartOfElement(root: Element, id: string): AnyStateMachine {
  const data = childrenOf(root, 'datamodel').flatMap((model) => childrenOf(model, 'data'))
  const context = Object.fromEntries(
    data.map((one) => [one.getAttribute('id') ?? '', evaluate(one.getAttribute('expr') ?? 'undefined', emptyScope)]),
  )
  return createMachine({ ...stateOf(root), id, version: '1', context } as never)
}

function stateOf(element: Element): Config {
  const id = element.getAttribute('id')
  if (element.localName === 'history') return historyOf(element)
  const states = Array.from(element.children).filter(({ localName }) =>
    ['state', 'parallel', 'final', 'history'].includes(localName),
  )
  const initial =
    element.getAttribute('initial') ??
    childrenOf(element, 'initial')
      .flatMap((one) => childrenOf(one, 'transition'))[0]
      ?.getAttribute('target') ??
    states[0]?.getAttribute('id')
  const transitions = childrenOf(element, 'transition')
  return {
    ...(id !== null && { id: keyOf(id) }),
    ...(element.localName === 'parallel' && { type: 'parallel' }),
    ...(element.localName === 'final' && { type: 'final' }),
    ...(states.length > 0 && {
      ...(element.localName !== 'parallel' && { initial: keyOf(initial ?? '') }),
      states: Object.fromEntries(states.map((state) => [keyOf(state.getAttribute('id') ?? ''), stateOf(state)])),
    }),
    on: eventTransitions(transitions),
    always: transitions.filter((one) => !one.hasAttribute('event')).map(transitionOf),
    entry: childrenOf(element, 'onentry').flatMap(actionsOf),
    exit: childrenOf(element, 'onexit').flatMap(actionsOf),
    invoke: childrenOf(element, 'invoke').map(invocationOf),
  }
}

function historyOf(element: Element): Config {
  const target = childrenOf(element, 'transition')[0]?.getAttribute('target')
  return {
    type: 'history',
    id: keyOf(element.getAttribute('id') ?? ''),
    history: element.getAttribute('type') ?? 'shallow',
    ...(target != null && { target: `#${keyOf(target)}` }),
  }
}

function eventTransitions(transitions: readonly Element[]): Record<string, Config[]> {
  const on: Record<string, Config[]> = {}
  for (const transition of transitions) {
    for (const event of (transition.getAttribute('event') ?? '').split(/\s+/).filter(Boolean)) {
      const named = event
        .replace(/^done\.state(?=\.|$)/, 'xstate.done.state')
        .replace(/^done\.invoke(?=\.|$)/, 'xstate.done.actor')
      // In SCXML a descriptor matches every event that begins with its tokens.
      const descriptor = named.endsWith('*') ? named : `${named}.*`
      on[descriptor] = [...(on[descriptor] ?? []), transitionOf(transition)]
    }
  }
  return on
}

function transitionOf(element: Element): Config {
  const targets = element.getAttribute('target')?.trim().split(/\s+/)
  const condition = element.getAttribute('cond')
  return {
    ...(targets !== undefined && { target: targets.map((target) => `#${keyOf(target)}`) }),
    ...(condition !== null && { guard: guardOf(condition) }),
    ...(element.getAttribute('type') !== 'internal' && { reenter: true }),
    actions: actionsOf(element),
  }
}

function guardOf(condition: string): unknown {
  const place = /^(!?)In\('(.*)'\)$/.exec(condition.trim())
  if (place === null) return (scope: Scope) => Boolean(evaluate(condition, scope))
  const isIn = stateIn(`#${place[2]}`)
  return place[1] === '!' ? not(isIn) : isIn
}

function invocationOf(element: Element): Config {
  const id = element.getAttribute('id')
  const chart = childrenOf(element, 'content').flatMap((content) => childrenOf(content, 'scxml'))[0]
  if (chart === undefined) throw new Error('only an <invoke> with an <scxml> in it is converted')
  return { ...(id !== null && { id }), src: chartOfElement(chart, 'invoked') }
}

function actionsOf(element: Element): unknown[] {
  return Array.from(element.children).map(actionOf)
}

function actionOf(element: Element): unknown {
  const expression = element.getAttribute('expr') ?? 'undefined'
  switch (element.localName) {
    case 'raise':
      return raise({ type: element.getAttribute('event') ?? '' })
    case 'assign': {
      const location = element.getAttribute('location') ?? ''
      return assign((scope: Scope) => ({ [location]: evaluate(expression, scope) }))
    }
    case 'script':
      return assign((scope: Scope) => ran(element.textContent ?? '', scope))
    case 'log':
      return log((scope: Scope) => evaluate(expression, scope), element.getAttribute('label') ?? undefined)
    case 'cancel':
      return cancel(element.getAttribute('sendid') ?? '')
    case 'send':
      return sendOf(element)
    case 'if':
      return choiceOf(element)
    default:
      throw new Error(`<${element.localName}> is not converted`)
  }
}

function sendOf(element: Element): unknown {
  const [event, eventExpression] = [element.getAttribute('event'), element.getAttribute('eventexpr')]
  const made = (scope: Scope): AnyEventObject => ({
    ...Object.fromEntries(
      childrenOf(element, 'param').map((one) => [
        one.getAttribute('name') ?? '',
        evaluate(one.getAttribute('expr') ?? 'undefined', scope),
      ]),
    ),
    type: event ?? String(evaluate(eventExpression ?? "''", scope)),
  })
  const target = element.getAttribute('target')
  if (target === '#_internal') return raise(made as never)
  const [given, delayExpression] = [element.getAttribute('delay'), element.getAttribute('delayexpr')]
  const delay =
    given !== null
      ? milliseconds(given)
      : delayExpression !== null
        ? (scope: Scope) => milliseconds(String(evaluate(delayExpression, scope)))
        : undefined
  const id = element.getAttribute('id') ?? undefined
  return sendTo((target ?? (({ self }: { self: unknown }) => self)) as never, made as never, { delay, id } as never)
}

function choiceOf(element: Element): unknown {
  const branches: { readonly condition: string | null; readonly actions: unknown[] }[] = []
  let branch = { condition: element.getAttribute('cond'), actions: [] as unknown[] }
  for (const child of Array.from(element.children)) {
    if (child.localName === 'elseif' || child.localName === 'else') {
      branches.push(branch)
      branch = { condition: child.getAttribute('cond'), actions: [] }
    } else branch.actions.push(actionOf(child))
  }
  branches.push(branch)
  return enqueueActions(({ context, event, enqueue }) => {
    const taken = branches.find(
      ({ condition }) => condition === null || Boolean(evaluate(condition, { context, event } as Scope)),
    )
    for (const action of taken?.actions ?? []) enqueue(action as never)
  })
}

function milliseconds(delay: string): number {
  const [, number, unit] = /^([\d.]+)(ms|s)$/.exec(delay.trim()) ?? []
  if (number === undefined) throw new Error(`"${delay}" is no delay`)
  return Number(number) * (unit === 's' ? 1000 : 1)
}

const emptyScope: Scope = { context: {}, event: { type: '' } }

function evaluate(expression: string, scope: Scope): unknown {
  return inScope(`return (${expression})`, scope)
}

/** The data after a script, which may assign to them. */
function ran(script: string, { context, event }: Scope): Context {
  const data = { ...context }
  inScope(script, { context: data, event })
  return data
}

/** Expressions of SCXML see the data by their names, so they are evaluated with them as a scope. */
function inScope(body: string, { context, event }: Scope): unknown {
  const code = `const _sessionid = ''; with (context) { ${body} }`
  // oxlint-disable-next-line no-implied-eval, no-new-func -- the expressions are of the test suite
  return new Function('context', '_event', code)(context, { name: event.type, data: event })
}

function childrenOf(element: Element, name: string): Element[] {
  return Array.from(element.children).filter(({ localName }) => localName === name)
}
