// The packing list as a form.

import type { Send } from '@xmachines/react'
import { type FormEvent, type ReactElement, useId, useState } from 'react'

import type { PackingEvent, Thing } from './packing-list.ts'

interface PackingFormProps {
  readonly things: readonly Thing[]
  readonly send: Send<PackingEvent>
}

/** Things to tick off, and an input to add one. */
export function PackingForm({ things, send }: PackingFormProps): ReactElement {
  const id = useId()
  const [name, setName] = useState('')

  function add(event: FormEvent): void {
    event.preventDefault()
    if (send({ type: 'ADD', name: name.trim() }) === undefined) setName('')
  }

  return (
    <>
      <ul className="things">
        {things.map((thing) => (
          <li key={thing.name}>
            <label>
              <input
                type="checkbox"
                checked={thing.packed}
                onChange={() => send({ type: thing.packed ? 'UNPACK' : 'PACK', name: thing.name })}
              />
              {thing.name}
            </label>
          </li>
        ))}
      </ul>
      <form className="add-thing" onSubmit={add}>
        <div>
          <label htmlFor={id}>Another thing</label>
          <input id={id} value={name} onChange={(event) => setName(event.target.value)} autoComplete="off" />
        </div>
        <button type="submit">Add</button>
      </form>
    </>
  )
}
