// The frames of Storybook share registered symbols.

/** Under this key the frame of the stories has what the panel shows. */
export const sourceKey: unique symbol = Symbol.for('@xmachines/inspector/source') as never
