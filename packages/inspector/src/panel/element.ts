// Makes elements. The document is that of the host, which may be in another frame.

type Child = Node | string | undefined

/** What is set on an element: attributes by name, `on…` listeners, and `class`. Undefined and false leave an attribute out. */
type Attributes = Readonly<Record<string, AttributeValue>>

// A listener takes the event of its name, which nothing here can check.
type AttributeValue = string | number | boolean | undefined | ((event: never) => unknown)

/** Makes elements of a document. */
export interface Maker {
  readonly document: Document
  <Name extends keyof HTMLElementTagNameMap>(
    name: Name,
    attributes?: Attributes,
    ...children: Child[]
  ): HTMLElementTagNameMap[Name]
  /** Makes an element of a drawing. */
  svg<Name extends keyof SVGElementTagNameMap>(
    name: Name,
    attributes?: Attributes,
    ...children: Child[]
  ): SVGElementTagNameMap[Name]
}

/** The maker of a document. */
export function makerFor(document: Document): Maker {
  const html = <Name extends keyof HTMLElementTagNameMap>(name: Name, attributes?: Attributes, ...children: Child[]) =>
    fill(document.createElement(name), attributes, children)
  const svg = <Name extends keyof SVGElementTagNameMap>(name: Name, attributes?: Attributes, ...children: Child[]) =>
    fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children)
  return Object.assign(html, { document, svg })
}

function fill<Made extends Element>(element: Made, attributes: Attributes = {}, children: readonly Child[]): Made {
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value)
  for (const child of children) if (child !== undefined) element.append(child)
  return element
}

/** Sets or removes an attribute, or adds a listener. */
export function setAttribute(element: Element, name: string, value: AttributeValue): void {
  if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener)
  else if (value === undefined || value === false) element.removeAttribute(name)
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value === true ? '' : String(value))
}

/** Sets the text of an element, if it is another. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}
