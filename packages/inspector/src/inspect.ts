// A button on the page that opens the inspector. Bundles for production have nothing of it, unless they ask for it.

import { hasMode } from '@xmachines/core/internal'
import { openInspector } from './open-inspector.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * Puts a button on the page that opens the inspector with all runs of the page. In production it does nothing.
 *
 * @returns a function that takes the button away
 */
export function inspect(): () => void {
  return (hasMode ? process.env.NODE_ENV !== 'production' : false) ? inspectInProduction() : () => undefined
}

/**
 * Puts the same button on the page in production too. Call it before the runs are made: in production, runs announce themselves
 * only to an inspector that is there.
 *
 * @returns a function that takes the button away
 */
export function inspectInProduction(): () => void {
  const host = document.createElement('div')
  const root = host.attachShadow({ mode: 'open' })
  root.innerHTML = markup
  const find = <Found extends HTMLElement>(name: string): Found => {
    const found = root.querySelector<Found>(`.${name}`)
    if (found === null) throw new Error(`the button has no ${name}; this is a bug of @xmachines/inspector`)
    return found
  }
  const [button, dock, edge, close] = [find('button'), find('dock'), find('edge'), find('close')]
  const place = find('place')
  // The hook is there from now on; the panel is made when it is opened first.
  let inspector: ReturnType<typeof openInspector> | undefined
  let height = 45

  function toggle(isOpen: boolean): void {
    dock.hidden = !isOpen
    button.hidden = isOpen
    if (isOpen)
      inspector ??= openInspector(place)
      // What was pressed is hidden now, and would lose the focus.
    ;(isOpen ? close : button).focus()
  }

  function resize(to: number): void {
    height = Math.round(Math.max(20, Math.min(90, to)))
    dock.style.height = `${height}vh`
    edge.setAttribute('aria-valuenow', String(height))
  }

  button.addEventListener('click', () => toggle(true))
  close.addEventListener('click', () => toggle(false))
  dock.addEventListener('keydown', (event) => event.key === 'Escape' && toggle(false))
  edge.addEventListener('pointerdown', (event) => edge.setPointerCapture(event.pointerId))
  edge.addEventListener('pointermove', (event) => {
    if (edge.hasPointerCapture(event.pointerId)) resize(100 - (event.clientY / window.innerHeight) * 100)
  })
  edge.addEventListener('keydown', ({ key }) => {
    if (key === 'ArrowUp' || key === 'ArrowDown') resize(height + (key === 'ArrowUp' ? 5 : -5))
  })
  resize(height)
  document.body.append(host)
  return () => {
    inspector?.close()
    host.remove()
  }
}

const markup = `
<style>
  :host { all: initial; color-scheme: inherit; }
  .button, .close { font: 600 13px/1 system-ui, sans-serif; cursor: pointer; }
  .button {
    position: fixed; inset: auto 16px 16px auto; z-index: 2147483000; padding: 10px 16px; border: 0; border-radius: 99px;
    background: #2453c4; color: #fff; box-shadow: 0 4px 16px #0005;
  }
  .button:focus-visible, .close:focus-visible { outline: 3px solid #9bb8ff; outline-offset: 2px; }
  .dock {
    position: fixed; inset: auto 0 0; z-index: 2147483000; display: flex; flex-direction: column;
    background: light-dark(#fff, #14171d); color: light-dark(#191c22, #e9ebef); box-shadow: 0 -4px 24px #0004;
  }
  [hidden] { display: none; }
  .edge { height: 7px; cursor: row-resize; background: light-dark(#e1e4ea, #272c36); touch-action: none; }
  .edge:is(:hover, :focus-visible) { background: #2453c4; outline: none; }
  .close { position: absolute; inset: -34px 16px auto auto; padding: 8px 12px; border: 0; border-radius: 8px 8px 0 0; background: #2453c4; color: #fff; }
  .place { flex: 1; min-height: 0; }
</style>
<button type="button" class="button">Runs</button>
<aside class="dock" aria-label="Runs" hidden>
  <div class="edge" role="separator" tabindex="0" aria-label="Height" aria-orientation="horizontal" aria-valuemin="20" aria-valuemax="90"></div>
  <button type="button" class="close">Close</button>
  <div class="place"></div>
</aside>
`
