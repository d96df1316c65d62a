/** What a person does with the panel, in a real browser: with the mouse and with the keyboard. */
import { type AnyRun, createRun, defineMachine, restoreRun } from '@xmachines/core'
import { captureRun } from '@xmachines/core/capture'
import { internalsOf } from '@xmachines/core/internal'
import { memoryStore, openNamed } from '@xmachines/core/store'
import { testOf } from '@xmachines/core/testing'
import { type OpenInspectorOptions, openInspector } from '@xmachines/inspector'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { booking, brewer, coffee, counter, door } from './machines.ts'

let close = (): void => undefined

beforeEach(async () => {
  await page.viewport(1100, 700)
})

afterEach(() => {
  close()
  document.body.replaceChildren()
})

async function show(run: AnyRun, options: OpenInspectorOptions = {}): Promise<void> {
  const host = document.createElement('div')
  host.style.height = '600px'
  document.body.append(host)
  const inspector = openInspector(host, { runs: () => [run], ...options })
  close = () => inspector.close()
  await inspector.ready
  // It draws in the next frame. Keys that come before it find no rows.
  await new Promise(requestAnimationFrame)
}

function usedDoor() {
  const run = createRun(door)
  run.in.send({ type: 'OPEN' })
  run.in.send({ type: 'CLOSE' })
  run.in.send({ type: 'LOCK', code: '12' })
  run.in.send({ type: 'LOCK', code: '1234' })
  return run
}

/** Makes a run, and is taken for a component by its name. */
function Hallway() {
  return usedDoor()
}

const row = (name: string | RegExp) => page.getByRole('option', { name, exact: true })
const tab = (name: string | RegExp) => page.getByRole('tab', { name })
const part = () => page.getByRole('tabpanel')

describe('the panel', () => {
  test('lists the history, the newest first, with refusals where they happened, and follows the run', async () => {
    const run = usedDoor()
    await show(run)
    await expect.element(row('3 LOCK code: "1234"')).toHaveAttribute('aria-selected', 'true')
    const options = page.getByRole('listbox', { name: 'History' }).getByRole('option')
    expect(options.elements().map((element) => element.textContent)).toEqual([
      '3LOCKcode: "1234"',
      '✕LOCKA code has four digits.',
      '2CLOSE',
      '1OPEN',
      '0run front-door@1',
    ])
    run.in.send({ type: 'UNLOCK', code: '1234' })
    await expect.element(row(/^4 UNLOCK/)).toHaveAttribute('aria-selected', 'true')
  })

  test('a click looks at the past: the state, its change, the commit; and the run does not move', async () => {
    const run = usedDoor()
    await show(run)
    await userEvent.click(row(/^1 OPEN/))
    await expect.element(part()).toMatchTextContent('changed at: "closed" → "open"')
    await userEvent.click(tab('State'))
    await expect.element(part()).toMatchTextContent('at: "open"')
    await userEvent.click(tab('Batch'))
    const { oid } = run.toJSON().records[1] ?? { oid: 'none' }
    await expect.element(part()).toMatchTextContent(oid)
    await expect.element(part()).toMatchTextContent('{"type":"OPEN"}')
    await expect.element(page.getByRole('img', { name: 'State diagram of front-door@1, now open' })).toBeVisible()
    expect(run.state).toEqual({ at: 'locked', code: '1234' })
    const live = page.getByRole('button', { name: 'Live: back to the present' })
    await userEvent.click(live)
    await expect.element(page.getByRole('img', { name: /now locked/ })).toBeVisible()
    await userEvent.click(row(/^2 CLOSE/))
    await expect.element(live).toHaveAttribute('aria-pressed', 'false')
    await userEvent.click(row(/^3 LOCK/))
    await expect.element(live).toHaveAttribute('aria-pressed', 'true')
  })

  test('a refusal says why nothing was applied', async () => {
    await show(usedDoor())
    await userEvent.click(page.getByText('A code has four digits.'))
    await expect.element(part()).toMatchTextContent('REFUSED A code has four digits.')
    await expect.element(part()).toMatchTextContent('code: "12"')
  })

  test('the arrow just taken is marked, in a drawing that stays', async () => {
    const run = usedDoor()
    await show(run)
    const drawing = page.getByRole('img', { name: /State diagram/ })
    await expect.element(drawing).toBeVisible()
    const before = drawing.element()
    const taken = () => [...before.querySelectorAll('.taken text')].map((label) => label.textContent)
    expect(taken()).toEqual(['LOCK'])
    run.in.send({ type: 'UNLOCK', code: '1234' })
    await vi.waitFor(() => expect(taken()).toEqual(['UNLOCK']))
    expect(drawing.element()).toBe(before)
  })

  test('works by keyboard alone: list, tabs, slider and buttons', async () => {
    const run = usedDoor()
    await show(run)
    const list = page.getByRole('listbox', { name: 'History' })
    ;(list.element() as HTMLElement).focus()
    await userEvent.keyboard('{End}{ArrowUp}')
    await expect.element(row(/^1 OPEN/)).toHaveAttribute('aria-selected', 'true')
    const active = list.element().getAttribute('aria-activedescendant') ?? ''
    const root = list.element().getRootNode() as ShadowRoot
    expect(root.getElementById(active)?.textContent).toBe('1OPEN')
    ;(tab('Change').element() as HTMLElement).focus()
    await userEvent.keyboard('{ArrowRight}')
    expect(root.activeElement?.textContent).toBe('State')
    await expect.element(part()).toMatchTextContent('at: "open"')
    ;(page.getByRole('slider', { name: 'Batch' }).element() as HTMLElement).focus()
    await userEvent.keyboard('{ArrowRight}')
    await expect.element(part()).toMatchTextContent('at: "closed"')
    ;(page.getByRole('button', { name: 'One batch back' }).element() as HTMLElement).focus()
    await userEvent.keyboard('{Enter}')
    await expect.element(part()).toMatchTextContent('at: "open"')
    ;(page.getByRole('separator').element() as HTMLElement).focus()
    const size = () => Number(page.getByRole('separator').element().getAttribute('aria-valuenow'))
    const wide = size()
    await userEvent.keyboard('{ArrowLeft}')
    expect(size()).toBe(wide - 5)
  })

  test('filters by type and by text', async () => {
    const run = createRun(counter, { checkDeterminism: false })
    for (let by = 1; by <= 500; by++) run.in.send(by % 100 === 0 ? { type: 'RESET' } : { type: 'ADD', by })
    await show(run)
    await userEvent.selectOptions(page.getByLabelText('Type of event'), 'RESET')
    await expect.element(page.getByText('5 found')).toBeVisible()
    expect(
      page
        .getByRole('option', { name: /RESET/ })
        .elements()
        .filter(({ role }) => role === 'option'),
    ).toHaveLength(5)
    await userEvent.selectOptions(page.getByLabelText('Type of event'), '')
    await userEvent.fill(page.getByLabelText('Search events'), '"by":49')
    await expect.element(page.getByText('11 found')).toBeVisible()
    await userEvent.click(row(/^497 ADD/))
    await expect.element(part()).toMatchTextContent('→')
    run.in.send({ type: 'ADD', by: -123456 })
    await userEvent.fill(page.getByLabelText('Search events'), '-123456')
    await expect.element(page.getByText('1 found')).toBeVisible()
    await expect.element(page.getByText('Below zero.')).toBeVisible()
    await userEvent.fill(page.getByLabelText('Search events'), 'nowhere')
    await expect.element(page.getByText('No event matches nowhere')).toBeVisible()
  })

  test('sends an event by a form made from the events that were sent, and shows the refusal', async () => {
    const run = usedDoor()
    await show(run)
    await userEvent.click(tab('Send'))
    const type = page.getByRole('combobox', { name: 'Event' })
    expect([...(type.element() as HTMLSelectElement).options].map(({ text }) => text)).toEqual([
      'UNLOCK',
      'OPEN (not now)',
      'LOCK (not now)',
      'CLOSE (not now)',
      'another…',
    ])
    await userEvent.fill(page.getByLabelText('other members, as JSON'), '{"code":"9999"}')
    await userEvent.click(page.getByRole('button', { name: 'Send' }))
    await expect.element(page.getByRole('alert')).toMatchTextContent('Wrong code.')
    await userEvent.fill(page.getByLabelText('other members, as JSON'), '{"code":"1234"}')
    await userEvent.click(page.getByRole('button', { name: 'Send' }))
    expect(run.state).toEqual({ at: 'closed' })
    await expect.element(page.getByText('Applied as batch 4.')).toBeVisible()
    await userEvent.selectOptions(type, 'LOCK')
    await userEvent.fill(page.getByLabelText('code'), '5678')
    await userEvent.click(page.getByRole('button', { name: 'Send' }))
    expect(run.state).toEqual({ at: 'locked', code: '5678' })
  })

  test('the form of an event that was only ever refused begins with what was refused', async () => {
    const run = createRun(door)
    run.in.send({ type: 'LOCK', code: '1' })
    run.in.send([{ type: 'LOCK', code: '12' }, { type: 'OPEN' }])
    await show(run)
    await userEvent.click(tab('Send'))
    await userEvent.selectOptions(page.getByRole('combobox', { name: 'Event' }), 'LOCK')
    await expect.element(page.getByLabelText('code')).toHaveValue('12')
    await userEvent.fill(page.getByLabelText('code'), '1234')
    await userEvent.click(page.getByRole('button', { name: 'Send' }))
    expect(run.state).toEqual({ at: 'locked', code: '1234' })
  })

  test("the form has the fields of the machine's schema, if that can say them", async () => {
    const run = createRun(booking)
    await show(run)
    await userEvent.click(tab('Send'))
    await expect.element(page.getByLabelText('guests')).toHaveValue('2')
    await userEvent.fill(page.getByLabelText('guests'), '3')
    await userEvent.click(page.getByLabelText('breakfast'))
    await userEvent.click(page.getByRole('button', { name: 'Send' }))
    expect(run.state).toEqual([{ type: 'BOOK', guests: 3, breakfast: true, wishes: [] }])
    await userEvent.fill(page.getByLabelText('wishes'), '[')
    await userEvent.click(page.getByRole('button', { name: 'Send' }))
    await expect.element(page.getByRole('alert')).toMatchTextContent(/^That is no JSON: /)
  })

  test('forks the run at the batch that is looked at, and gives the fork to the page', async () => {
    const run = Hallway()
    const onRun = vi.fn<(run: AnyRun) => void>()
    await show(run, { onRun })
    await userEvent.click(row(/^1 OPEN/))
    await userEvent.click(page.getByRole('button', { name: 'Fork' }))
    const [fork] = onRun.mock.calls[0] ?? []
    expect(fork?.state).toEqual({ at: 'open' })
    expect(fork?.genesis.forkedFrom).toBe(run.toJSON().records[1]?.oid)
    await expect.element(page.getByText(/^Forked at batch 1: this is .{7}\. Send it other events/)).toBeVisible()
    expect(run.state).toEqual({ at: 'locked', code: '1234' })
    const runs = page.getByRole('combobox', { name: 'Run' }).element() as HTMLSelectElement
    expect([...runs.options].map(({ text }) => text)).toEqual([
      `front-door ${run.id.slice(0, 7)} in Hallway · locked · 3`,
      `front-door ${fork?.id.slice(0, 7)} · open · 1`,
    ])
  })

  test('says that the page keeps its own run if nobody takes the fork, until something else is chosen', async () => {
    await show(usedDoor())
    await userEvent.click(page.getByRole('button', { name: 'Fork' }))
    const said = page.getByText(/^Forked at batch 3: this is .{7}\. The page keeps its own run\./)
    await expect.element(said).toBeVisible()
    // Without the function that made it: that is no component.
    const runs = page.getByRole('combobox', { name: 'Run' }).element() as HTMLSelectElement
    expect([...runs.options].filter(({ text }) => text.includes(' in '))).toEqual([])
    ;(tab('Change').element() as HTMLElement).focus()
    await userEvent.keyboard('{ArrowRight}')
    await expect.element(said).not.toBeInTheDocument()
    await userEvent.click(page.getByRole('button', { name: 'Fork' }))
    await expect.element(said).toBeVisible()
    await userEvent.click(page.getByText('Machine', { exact: true }))
    await expect.element(said).not.toBeInTheDocument()
  })

  test('a run that is closed leaves the list, and the panel shows it again once it is opened again', async () => {
    const store = memoryStore()
    const open = async () => await (await openNamed(store, 'door', door, {})).begin()
    const closed = await open()
    closed.in.send({ type: 'OPEN' })
    await closed.flush()
    const other = usedDoor()
    await show(other, { runs: undefined, run: closed })
    await expect.element(row(/^1 OPEN/)).toHaveAttribute('aria-selected', 'true')
    const listed = () => {
      const { options } = page.getByRole('combobox', { name: 'Run' }).element() as HTMLSelectElement
      return [...options].filter(({ text }) => text.includes(closed.id.slice(0, 7))).length
    }
    expect(listed()).toBe(1)
    closed.close()
    await vi.waitFor(() => expect(listed()).toBe(0))
    const opened = await open()
    opened.in.send({ type: 'CLOSE' })
    await expect.element(row(/^2 CLOSE/)).toHaveAttribute('aria-selected', 'true')
    expect(listed()).toBe(1)
    opened.in.send({ type: 'OPEN' })
    await expect.element(row(/^3 OPEN/)).toHaveAttribute('aria-selected', 'true')
    opened.close()
  })

  test('names the states that a chart is in, and shows its value and context before its other members', async () => {
    const run = createRun(coffee)
    run.in.send({ type: 'START' })
    await show(run)
    const states = 'making.beans: grinding, making.water: heating'
    await expect.element(page.getByText(`${states} #1`)).toBeVisible()
    const runs = page.getByRole('combobox', { name: 'Run' }).element() as HTMLSelectElement
    expect(runs.options[0]?.text).toBe(`coffee ${run.id.slice(0, 7)} · ${states} · 1`)
    const names = () => [...part().element().querySelectorAll('.tree > * > * > .name')].map((one) => one.textContent)
    expect(names()).toEqual(['value: ', 'children: ', 'count: '])
    await expect.element(page.getByText(/^This machine does not list its states/)).toBeVisible()
  })

  describe('for a machine whose states are in states', () => {
    const drawn = (now: string) => page.getByRole('list', { name: `States of brewer@1, now ${now}`, exact: true })
    const texts = (selector: string) => {
      const { host } = page.getByText('making', { exact: true }).element().getRootNode() as ShadowRoot
      return [...(host.shadowRoot?.querySelectorAll(selector) ?? [])].map((element) => element.textContent)
    }

    test('draws boxes in boxes, and marks all states that are active and the arrows just taken', async () => {
      const run = createRun(brewer)
      await show(run)
      await expect.element(drawn('off')).toBeVisible()
      expect(texts('.title.initial')).toEqual(['off', 'heating', 'grinding'])
      expect(texts('.taken')).toEqual([])
      run.in.send({ type: 'START' })
      await expect.element(drawn('making, water, heating, beans, grinding')).toBeVisible()
      expect(texts('[aria-current=true] > .title')).toEqual(['making', 'water', 'heating', 'beans', 'grinding'])
      expect(texts('.taken')).toEqual(['START [isFilled] → making'])
      run.in.send({ type: 'water.hot' })
      await expect.element(drawn('making, water, hot, beans, grinding')).toBeVisible()
      expect(texts('.taken')).toEqual(['water.* → hot'])
      // What follows of itself is marked too.
      run.in.send({ type: 'GROUND' })
      await expect.element(drawn('ready')).toBeVisible()
      expect(texts('.taken')).toEqual(['done → ready', 'GROUND → ground'])
      run.in.send({ type: 'COUNT' })
      await expect.element(row(/^4 COUNT/)).toHaveAttribute('aria-selected', 'true')
      await vi.waitFor(() => expect(texts('.taken')).toEqual(['*']))
      run.in.send({ type: 'STOP' })
      await expect.element(drawn('off')).toBeVisible()
      expect(texts('.taken')).toEqual(['STOP → off'])
    })

    test('shows the states of the past', async () => {
      const run = createRun(brewer)
      run.in.send({ type: 'START' })
      run.in.send({ type: 'STOP' })
      await show(run)
      await expect.element(drawn('off')).toBeVisible()
      await row(/^1 START/).click()
      await expect.element(drawn('making, water, heating, beans, grinding')).toBeVisible()
      expect(run.state.active).toEqual(['off'])
    })

    test('says that the states are not known if they cannot be loaded', async () => {
      const outline = () => Promise.reject(new Error('offline'))
      await show(createRun(defineMachine({ name: 'brewer', version: '2', initial: 0, transition: () => 0, outline })))
      await expect.element(page.getByText('This machine does not list its states.')).toBeVisible()
    })
  })

  test('opens a run file that is dropped on it, and says why another does not open', async () => {
    const saved = usedDoor()
    const onRun = vi.fn<(run: AnyRun) => void>()
    await show(createRun(door), { onRun })
    await expect.element(page.getByRole('listbox', { name: 'History' })).toBeVisible()
    drop(JSON.stringify(saved))
    await expect.element(page.getByText(/^Opened door\.run\.json: the run .{7} at batch 3\.$/)).toBeVisible()
    expect(onRun.mock.calls[0]?.[0].id).toBe(saved.id)
    drop(JSON.stringify(createRun(counter)))
    await expect.element(page.getByRole('alert')).toMatchTextContent('the run is of counter@1')
    drop('<html>')
    await expect.element(page.getByRole('alert')).toMatchTextContent(/JSON/)
  })

  test('copies a Vitest test of what happened up to the batch that is looked at', async () => {
    const run = usedDoor()
    await show(run)
    await userEvent.click(row(/^2 CLOSE/))
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    const copy = page.getByRole('button', { name: 'Copy test' })
    await userEvent.click(copy)
    await expect.element(page.getByText(/^Copied a Vitest test/)).toBeVisible()
    const { records } = run.toJSON()
    const expected = testOf(records.slice(0, 3), { machine: door }).split('\n')
    // The refusal came behind batch 2.
    expected.splice(-3, 0, "  expect(run.in.send({ type: 'LOCK', code: '12' })?.code).toBe('REFUSED')")
    expect(write.mock.calls[0]?.[0].split('\n')).toEqual(expected)
    write.mockRejectedValue(new Error('not allowed'))
    await userEvent.click(copy)
    const shown = page.getByRole('textbox', { name: 'Vitest test' })
    await expect.element(shown).toHaveValue(expected.join('\n'))
  })

  test('saves the run as a file that opens again, with the refusals that it knows', async () => {
    const run = usedDoor()
    await show(run)
    let saved: Promise<string> | undefined
    const make = vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      saved = (blob as Blob).text()
      return '#saved'
    })
    await userEvent.click(page.getByRole('button', { name: 'Save' }))
    await expect
      .element(page.getByText(new RegExp(`^Saved front-door-${run.id.slice(0, 7)}\\.run\\.json\\. `)))
      .toBeVisible()
    const file = JSON.parse((await saved) ?? '')
    expect(restoreRun(door, file).head).toBe(run.head)
    expect(file).toEqual(JSON.parse(JSON.stringify(captureRun(run))))
    expect(file.refusals).toMatchObject([{ code: 'REFUSED', sequence: 2, batch: [{ type: 'LOCK', code: '12' }] }])
    make.mockRestore()
  })

  test('replays step by step, up to the present', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      await show(usedDoor())
      await expect.element(row(/^3 LOCK/)).toBeVisible()
      await userEvent.click(page.getByRole('button', { name: 'Replay' }))
      await expect.element(row(/^0 run /)).toHaveAttribute('aria-selected', 'true')
      await vi.advanceTimersByTimeAsync(350)
      await expect.element(row(/^1 OPEN/)).toHaveAttribute('aria-selected', 'true')
      await vi.advanceTimersByTimeAsync(700)
      await expect.element(row(/^3 LOCK/)).toHaveAttribute('aria-selected', 'true')
      await expect.element(page.getByRole('button', { name: 'Replay' })).toBeVisible()
    } finally {
      vi.useRealTimers()
    }
  })

  test('has elements only for the rows in view of 400,000, and comes to any of them', async () => {
    const run = createRun(counter, { checkDeterminism: false })
    run.in.send({ type: 'ADD', by: 1 })
    const { batches } = internalsOf(run).log
    // Sending so many takes half a minute in development. The batches are equal, so one serves for all.
    const batch = batches.items[0] ?? []
    while (batches.items.length < 400_000) batches.items.push(batch)
    run.in.send({ type: 'RESET' })
    await show(run)
    await expect.element(row(/^400001 RESET/)).toBeVisible()
    const list = page.getByRole('listbox', { name: 'History' })
    expect(list.element().querySelectorAll('.row').length).toBeLessThan(40)
    ;(list.element() as HTMLElement).focus()
    await userEvent.keyboard('{End}')
    await expect.element(row(/^0 run /)).toBeVisible()
    list.element().scrollTop = list.element().scrollHeight / 2
    await expect.element(row(/^(199|200)\d{3} ADD/).first()).toBeVisible()
    const first = () => Number(list.element().querySelector('.row:not([hidden]) .no')?.textContent)
    const before = first()
    list.element().scrollTop += 28
    await vi.waitFor(() => expect(first()).toBe(before - 1))
  })

  test('a row of the past stays in its place while the run goes on, and the present is at the top', async () => {
    const run = createRun(counter, { checkDeterminism: false })
    for (let by = 1; by <= 100; by++) run.in.send({ type: 'ADD', by })
    await show(run)
    const list = page.getByRole('listbox', { name: 'History' })
    await expect.element(row(/^100 ADD/)).toBeVisible()
    ;(list.element() as HTMLElement).focus()
    await userEvent.keyboard('{PageDown}{PageDown}{PageUp}')
    const selected = () => list.element().querySelector('[aria-selected="true"]')
    const [before, number] = [selected()?.getBoundingClientRect().top, selected()?.querySelector('.no')?.textContent]
    expect(Number(number)).toBeLessThan(100)
    for (let by = 101; by <= 150; by++) run.in.send({ type: 'ADD', by })
    await expect.element(page.getByText(`#${number} of 150`)).toBeVisible()
    expect(selected()?.querySelector('.no')?.textContent).toBe(number)
    expect(selected()?.getBoundingClientRect().top).toBe(before)
    await userEvent.click(page.getByRole('button', { name: 'Live: back to the present' }))
    await expect.element(row(/^150 ADD/)).toBeVisible()
    expect(list.element().scrollTop).toBe(0)
  })

  test('a list that was scrolled stays where it is while the run goes on, and follows it again at the top', async () => {
    const run = createRun(counter, { checkDeterminism: false })
    for (let by = 1; by <= 100; by++) run.in.send({ type: 'ADD', by })
    await show(run)
    await expect.element(row(/^100 ADD/)).toBeVisible()
    const list = page.getByRole('listbox', { name: 'History' }).element()
    list.scrollTop = 30 * 28
    await expect.element(row(/^70 ADD/)).toBeVisible()
    const topOf70 = () =>
      row(/^70 ADD/)
        .element()
        .getBoundingClientRect().top
    const before = topOf70()
    for (let by = 101; by <= 150; by++) run.in.send({ type: 'ADD', by })
    await expect.element(page.getByText('#150')).toBeVisible()
    expect(topOf70()).toBe(before)
    list.scrollTop = 0
    await expect.element(row(/^150 ADD/)).toBeVisible()
    run.in.send({ type: 'RESET' })
    await expect.element(row(/^151 RESET/)).toBeVisible()
  })

  test('shows nothing but a hint while there is no run, and the run once it comes', async () => {
    const runs: AnyRun[] = []
    await show(createRun(door), { runs: () => runs })
    await expect.element(page.getByText('No run yet.')).toBeVisible()
    runs.push(usedDoor())
    await expect.element(row(/^3 LOCK/)).toBeVisible()
  })

  test('fits into 320 pixels', async () => {
    await page.viewport(320, 700)
    await show(usedDoor())
    await expect.element(row(/^3 LOCK/)).toBeVisible()
    const panel = page.getByRole('region', { name: 'Inspector' }).element()
    expect(panel.scrollWidth).toBeLessThanOrEqual(320)
    for (const name of ['Change', 'State', 'Batch', 'Outputs', 'Send']) {
      await userEvent.click(tab(name))
      expect(panel.scrollWidth).toBeLessThanOrEqual(320)
    }
    const tabs = page.getByRole('tablist').element()
    expect(tabs.scrollWidth).toBe(tabs.clientWidth)
  })
})

function drop(text: string): void {
  const data = new DataTransfer()
  data.items.add(new File([text], 'door.run.json', { type: 'application/json' }))
  const panel = page.getByRole('region', { name: 'Inspector' }).element()
  panel.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
}
