// What React shows in place of components that threw. React asks for a class here.

import { Component, type ReactElement, type ReactNode } from 'react'

interface ErrorBoundaryProps {
  /** Shows what was thrown. */
  readonly fallback: (thrown: unknown) => ReactElement
  readonly children: ReactNode
}

interface ErrorBoundaryState {
  /** Wrapped, since anything can be thrown. */
  readonly caught?: { readonly thrown: unknown }
}

/** Catches what is thrown below it, a run's fatal error among it, until it is mounted anew. */
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
