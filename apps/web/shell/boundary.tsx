import { Component, type ReactNode } from 'react';
import { strings } from '../strings.data.ts';

/** A page that throws shows what to do instead of a white screen. */
export class Boundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <div role="alert">
        <h1>{strings.errors.crash}</h1>
        <p>{strings.errors.crashRemedy}</p>
        <button type="button" onClick={() => location.reload()}>
          {strings.errors.reload}
        </button>
      </div>
    );
  }
}
