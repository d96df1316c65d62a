// The look of Storybook itself, its frame and its docs pages: the fonts of the system, and the colours of
// apps/flows/src/parts/page.css.

import { create, type ThemeVars, type ThemeVarsPartial } from 'storybook/theming'

/** A colour scheme. */
export type Scheme = 'light' | 'dark'

const common: Omit<ThemeVarsPartial, 'base'> = {
  brandTitle: 'XMachines',
  brandTarget: '_self',
  fontBase: 'system-ui, sans-serif',
  fontCode: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
}

/** The theme of each scheme. */
export const themes: Readonly<Record<Scheme, ThemeVars>> = {
  light: create({
    base: 'light',
    ...common,
    appBg: '#f5f6f8',
    appContentBg: '#f5f6f8',
    appPreviewBg: '#f5f6f8',
    appBorderColor: '#dde1e8',
    textColor: '#191c22',
    textMutedColor: '#555d6b',
    colorSecondary: '#2453c4',
  }),
  dark: create({
    base: 'dark',
    ...common,
    appBg: '#101217',
    appContentBg: '#101217',
    appPreviewBg: '#101217',
    appBorderColor: '#2b303b',
    textColor: '#e9ebef',
    textMutedColor: '#a3abb9',
    colorSecondary: '#9bb8ff',
  }),
}
