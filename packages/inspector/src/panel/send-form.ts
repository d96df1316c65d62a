// Sends an event: a type, and a field for each of its members, or all of it as JSON.

import type { RunEvent } from '@xmachines/core'
import type { EventField } from '../observe/event-form.ts'
import type { ObservedRun } from '../observe/observed-run.ts'
import type { RunSource } from '../observe/run-source.ts'
import { type Maker, setText } from './element.ts'

/** The form. */
export interface SendForm {
  readonly element: HTMLElement
  /** Offers what the run takes now. */
  show(observed: ObservedRun): void
}

/** A field, and how to read it. */
interface Entry {
  readonly name: string
  readonly read: () => unknown
}

/**
 * Makes the form.
 * @param sent called after an event was applied
 */
export function sendForm(make: Maker, source: RunSource, sent: () => void): SendForm {
  const types = make('select', { id: 'send-type', onchange: () => layOut() })
  const members = make('div', { class: 'fields' })
  const problem = make('p', { class: 'problem', role: 'alert' })
  const element = make(
    'form',
    { class: 'sender', onsubmit: submit },
    make('label', { for: 'send-type' }, 'Event'),
    types,
    members,
    make('button', { type: 'submit', class: 'primary' }, 'Send'),
    problem,
  )
  let observed: ObservedRun | undefined
  let entries: Entry[] = []
  /** What is offered, so that the form stays as it is while that does not change. */
  let offered = ''

  function layOut(): void {
    if (observed === undefined) return
    const fields = types.value === '' ? undefined : source.fields(observed, types.value)
    setText(problem, '')
    members.replaceChildren()
    entries = fields?.map(addField) ?? [addJson()]
  }

  function addField({ name, kind, value }: EventField): Entry {
    const id = `send-${name}`
    members.append(make('label', { for: id }, name))
    if (kind === 'boolean') {
      const box = make('input', { id, type: 'checkbox' })
      box.checked = value === true
      members.append(box)
      return { name, read: () => box.checked }
    }
    const field = make(kind === 'json' ? 'textarea' : 'input', { id, spellcheck: 'false', autocomplete: 'off' })
    if (kind === 'number') field.setAttribute('inputmode', 'decimal')
    field.value = typeof value === 'string' && kind === 'text' ? value : JSON.stringify(value ?? '')
    members.append(field)
    return {
      name,
      read() {
        if (kind === 'text') return field.value
        return kind === 'number' ? Number(field.value) : JSON.parse(field.value)
      },
    }
  }

  /** Nothing says what the event has beside its type. */
  function addJson(): Entry {
    const field = make('textarea', { id: 'send-json', spellcheck: 'false', rows: '2' })
    field.value = types.value === '' ? '{ "type": "" }' : '{}'
    members.append(
      make('label', { for: 'send-json' }, types.value === '' ? 'as JSON' : 'other members, as JSON'),
      field,
    )
    return { name: '', read: () => JSON.parse(field.value) }
  }

  function submit(event: Event): void {
    event.preventDefault()
    if (observed === undefined) return
    try {
      const made: Record<string, unknown> = types.value === '' ? {} : { type: types.value }
      for (const { name, read } of entries) {
        if (name === '') Object.assign(made, read())
        else made[name] = read()
      }
      // The machine judges what was entered.
      const refusal = source.send(observed, made as unknown as RunEvent)
      setText(problem, refusal === undefined ? '' : (refusal.reason ?? refusal.message))
      if (refusal === undefined) sent()
    } catch (thrown) {
      setText(problem, thrown instanceof SyntaxError ? `That is no JSON: ${thrown.message}` : String(thrown))
    }
  }

  return {
    element,
    show(run) {
      const choices = source.choices(run)
      const now = JSON.stringify(choices)
      if (run === observed && now === offered) return
      const { value } = types
      const isOther = run !== observed
      observed = run
      offered = now
      types.replaceChildren(
        ...choices.map(({ type, isHandled }) =>
          make('option', { value: type }, isHandled ? type : `${type} (not now)`),
        ),
        make('option', { value: '' }, 'another…'),
      )
      const isKept = !isOther && choices.some(({ type }) => type === value)
      types.value = isKept ? value : (choices[0]?.type ?? '')
      if (!isKept || entries.length === 0) layOut()
    },
  }
}
