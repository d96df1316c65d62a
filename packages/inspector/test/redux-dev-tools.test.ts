/** A run in the extension Redux DevTools, against a stand-in that keeps to the messages that the extension documents. */
import { type AnyRun, createRun } from '@xmachines/core'
import { connectReduxDevTools, type ReduxDevToolsOptions } from '@xmachines/inspector'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { counter, door } from './machines.ts'

/** What the extension shows of one connection, and the buttons that it has. */
function extension() {
  let listener: ((message: object) => void) | undefined
  let states: unknown[] = []
  let actions: { readonly action: object }[] = []
  const errors: string[] = []
  const options: object[] = []
  vi.stubGlobal('__REDUX_DEVTOOLS_EXTENSION__', {
    connect(given: object) {
      options.push(given)
      return {
        init(state: unknown) {
          states = [state]
          actions = [{ action: { type: '@@INIT' } }]
        },
        send(action: object, state: unknown) {
          actions.push({ action })
          states.push(state)
        },
        subscribe(given: (message: object) => void) {
          listener = given
          return () => {
            listener = undefined
          }
        },
        error: (message: string) => void errors.push(message),
      }
    },
  })
  const tell = (message: object): void => listener?.({ source: '@devtools-extension', ...message })
  return {
    states: () => states,
    actions: () => actions.map(({ action }) => action),
    errors,
    options,
    isListening: () => listener !== undefined,
    jump: (actionId: number) =>
      tell({
        type: 'DISPATCH',
        payload: { type: 'JUMP_TO_ACTION', actionId },
        state: JSON.stringify(states[actionId]),
      }),
    press: (type: string, more: object = {}) => tell({ type: 'DISPATCH', payload: { type, ...more } }),
    dispatch: (event: object | string) =>
      tell({ type: 'ACTION', payload: typeof event === 'string' ? event : JSON.stringify(event) }),
    exported: () => ({
      actionsById: Object.fromEntries(actions.entries()),
      computedStates: states.map((state) => ({ state })),
      stagedActionIds: actions.map((_, at) => at),
      currentStateIndex: actions.length - 1,
    }),
  }
}

let disconnect = (): void => undefined

afterEach(() => {
  disconnect()
  vi.unstubAllGlobals()
})

function connect(run: AnyRun, options?: ReduxDevToolsOptions): void {
  disconnect = connectReduxDevTools(run, options)
}

describe('connectReduxDevTools', () => {
  test('does nothing without the extension', () => {
    expect(connectReduxDevTools(createRun(door))).toBeTypeOf('function')
  })

  test('every batch is an action with the state behind it, those before it connected too', async () => {
    const tools = extension()
    const run = createRun(door)
    run.in.send({ type: 'OPEN' })
    connect(run)
    run.in.send([{ type: 'CLOSE' }, { type: 'LOCK', code: '1234' }])
    await vi.waitFor(() => expect(tools.states()).toHaveLength(3))
    expect(tools.actions()).toEqual([
      { type: '@@INIT' },
      { type: 'OPEN', sequence: 1, events: [{ type: 'OPEN' }] },
      { type: 'CLOSE, LOCK', sequence: 2, events: [{ type: 'CLOSE' }, { type: 'LOCK', code: '1234' }] },
    ])
    expect(tools.states()).toEqual([{ at: 'closed' }, { at: 'open' }, { at: 'locked', code: '1234' }])
    expect(tools.options).toMatchObject([{ name: `front-door@1 ${run.id.slice(0, 7)}` }])
  })

  test('a jump shows a shadow, and the run does not move', () => {
    const tools = extension()
    const run = createRun(counter)
    for (let by = 1; by <= 3; by++) run.in.send({ type: 'ADD', by })
    const onJump = vi.fn()
    connect(run, { onJump })
    tools.jump(1)
    tools.press('JUMP_TO_STATE', { actionId: 2, index: 2 })
    expect(onJump.mock.calls).toEqual([[{ sequence: 1, state: { count: 1 } }], [{ sequence: 2, state: { count: 3 } }]])
    expect(run.state).toEqual({ count: 6 })
  })

  test('an event that is entered there is sent, and a refusal is shown there', () => {
    const tools = extension()
    const run = createRun(door)
    connect(run)
    tools.dispatch({ type: 'LOCK', code: '1234' })
    expect(run.state).toEqual({ at: 'locked', code: '1234' })
    tools.dispatch({ type: 'UNLOCK', code: '1' })
    // The text that the extension offers at first is not JSON.
    tools.dispatch("{\n  type: ''\n}")
    expect(tools.errors).toEqual([
      expect.stringContaining('Wrong code.'),
      expect.stringMatching(/^the event is not JSON: .*; enter it like \{"type":"OPEN"\}$/),
    ])
  })

  test('an import restores a run of the same batches', () => {
    const tools = extension()
    const run = createRun(counter)
    for (let by = 1; by <= 3; by++) run.in.send({ type: 'ADD', by })
    const onImport = vi.fn<(run: AnyRun) => void>()
    connect(run, { onImport })
    tools.press('IMPORT_STATE', { nextLiftedState: tools.exported() })
    const [restored] = onImport.mock.calls[0] ?? []
    expect(restored?.head).toBe(run.head)
    tools.press('IMPORT_STATE', { nextLiftedState: { ...tools.exported(), stagedActionIds: [0, 1, 2] } })
    expect(onImport.mock.calls[1]?.[0].state).toEqual({ count: 3 })
  })

  test('an import that begins later takes the batches before from this run, or says that they are missing', () => {
    const tools = extension()
    const run = createRun(counter)
    for (let by = 1; by <= 3; by++) run.in.send({ type: 'ADD', by })
    const onImport = vi.fn<(run: AnyRun) => void>()
    connect(run, { onImport })
    const action = { type: 'ADD', sequence: 3, events: [{ type: 'ADD', by: 10 }] }
    const lifted = (sequence: number) => ({
      actionsById: { 0: { action: { type: '@@INIT' } }, 1: { action: { ...action, sequence } } },
      stagedActionIds: [0, 1],
    })
    tools.press('IMPORT_STATE', { nextLiftedState: lifted(3) })
    expect(onImport.mock.calls[0]?.[0].state).toEqual({ count: 13 })
    tools.press('IMPORT_STATE', { nextLiftedState: lifted(9) })
    expect(tools.errors).toEqual(['the import begins at batch 9, and this run does not have those before it'])
  })

  test('commit begins anew at the present, and jumps count from there', async () => {
    const tools = extension()
    const run = createRun(counter)
    for (let by = 1; by <= 3; by++) run.in.send({ type: 'ADD', by })
    const onJump = vi.fn()
    connect(run, { onJump })
    tools.press('COMMIT')
    expect(tools.states()).toEqual([{ count: 6 }])
    run.in.send({ type: 'ADD', by: 4 })
    await vi.waitFor(() => expect(tools.states()).toHaveLength(2))
    tools.jump(1)
    expect(onJump).toHaveBeenCalledWith({ sequence: 4, state: { count: 10 } })
    tools.press('RESET')
    expect(tools.states()).toHaveLength(5)
    expect(run.state).toEqual({ count: 10 })
  })

  test('a pause leaves batches out, and disconnecting ends it', async () => {
    const tools = extension()
    const run = createRun(counter)
    connect(run)
    tools.press('PAUSE_RECORDING', { status: true })
    run.in.send({ type: 'ADD', by: 1 })
    tools.press('PAUSE_RECORDING', { status: false })
    expect(tools.states()).toEqual([{ count: 1 }])
    disconnect()
    expect(tools.isListening()).toBe(false)
  })
})
