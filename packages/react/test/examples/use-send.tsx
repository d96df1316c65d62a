import { defineMachine, refuse } from '@xmachines/core'
import { useRun, useSend, useSnapshot } from '@xmachines/react'
import { useState } from 'react'

const till = defineMachine<number, { type: 'PAY'; cents: number }>({
  name: 'till',
  version: '1',
  initial: 0,
  on: {
    PAY: (total, { cents }) => {
      if (cents < 0) refuse('a payment cannot be negative')
      return total + cents
    },
  },
})

export function TillPanel() {
  const run = useRun(till)
  const total = useSnapshot(run, (snapshot) => snapshot.state)
  const send = useSend(run)
  const [refused, setRefused] = useState<string>()
  const pay = (...cents: number[]) => setRefused(send(cents.map((each) => ({ type: 'PAY', cents: each })))?.code)
  return (
    <form>
      <output>{refused ?? total}</output>
      <button type="button" onClick={() => pay(50, 20)}>
        70 cents in two coins
      </button>
      <button type="button" onClick={() => pay(50, -20)}>
        50 cents and minus 20
      </button>
    </form>
  )
}
