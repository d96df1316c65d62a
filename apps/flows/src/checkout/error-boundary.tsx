// Shows a fallback in place of components that threw. React requires a class for this.

import { Component, type ReactElement, type ReactNode } from 'react'

interface ErrorBoundaryProps {
  /** Shows the error. */
  readonly fallback: (thrown: unknown) => ReactElement
  readonly children: ReactNode
}

interface ErrorBoundaryState {
  /** Wrapped, because any value can be thrown. */
  readonly caught?: { readonly thrown: unknown }
}

/** Catches errors below it, such as the fatal error of a run, until it is mounted again. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = {}

  static getDerivedStateFromError(thrown: unknown): ErrorBoundaryState {
    return { caught: { thrown } }
  }

  override render(): ReactNode {
    const { caught } = this.state
    return caught === undefined ? this.props.children : this.props.fallback(caught.thrown)
  }
}
