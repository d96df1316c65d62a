import { defineMachine } from '@xmachines/core'
import { useOutputs, useRun, useSend, useSnapshot } from '@xmachines/react'

type Values = { readonly name: string; readonly email: string }
type Form =
  | { at: 'editing'; values: Values; tried: boolean }
  | { at: 'sending'; values: Values }
  | { at: 'sent'; values: Values }
type FormEvent =
  | { type: 'EDIT'; field: keyof Values; value: string }
  | { type: 'SUBMIT' }
  | { type: 'ACCEPTED' }
  | { type: 'REJECTED' }

/** What is wrong with the values. It is derived, so it is not part of the state. */
function problemsOf({ name, email }: Values): Partial<Values> {
  return {
    ...(name.trim() === '' && { name: 'Enter your name.' }),
    ...(!email.includes('@') && { email: 'Enter an address with an @.' }),
  }
}

const form = defineMachine<Form, FormEvent, { type: 'post'; values: Values }>({
  name: 'sign-up',
  version: '1',
  initial: { at: 'editing', values: { name: '', email: '' }, tried: false },
  states: {
    editing: {
      EDIT: (form, { field, value }) => ({ ...form, values: { ...form.values, [field]: value } }),
      SUBMIT: ({ values }, _event, emit) => {
        if (Object.keys(problemsOf(values)).length > 0) return { at: 'editing', values, tried: true }
        emit({ type: 'post', values })
        return { at: 'sending', values }
      },
    },
    sending: {
      ACCEPTED: ({ values }) => ({ at: 'sent', values }),
      REJECTED: ({ values }) => ({ at: 'editing', values, tried: true }),
    },
    sent: {},
  },
})

type Post = (values: Values, key: string, signal: AbortSignal) => Promise<boolean>

export function SignUp({ post }: { post: Post }) {
  const run = useRun(form)
  const state = useSnapshot(run, (snapshot) => snapshot.state)
  const send = useSend(run)
  useOutputs(run, {
    post: {
      handle: async ({ values }, { key, signal }) => ({
        type: (await post(values, key, signal)) ? 'ACCEPTED' : 'REJECTED',
      }),
      // Without an answer the form can be sent again.
      timeout: 10_000,
      onTimeout: () => ({ type: 'REJECTED' }),
    },
  })
  const problems = state.at === 'editing' && state.tried ? problemsOf(state.values) : {}
  const field = (name: keyof Values, label: string) => (
    <label>
      {label}
      <input
        value={state.values[name]}
        aria-invalid={problems[name] !== undefined}
        disabled={state.at !== 'editing'}
        onChange={({ target }) => send({ type: 'EDIT', field: name, value: target.value })}
      />
      {problems[name]}
    </label>
  )
  if (state.at === 'sent') return <output>Welcome, {state.values.name}.</output>
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        send({ type: 'SUBMIT' })
      }}
    >
      {field('name', 'Name')}
      {field('email', 'E-mail')}
      <button disabled={state.at === 'sending'}>Sign up</button>
    </form>
  )
}
