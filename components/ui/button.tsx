'use client'
import { useId, type ComponentPropsWithRef, type ReactNode } from 'react'
import { buttonStyle, type ButtonSize, type ButtonTone } from './button-style'

type Base = Omit<ComponentPropsWithRef<'button'>, 'disabled' | 'className' | 'children' | 'aria-disabled'> & {
  children: ReactNode
  tone?: ButtonTone
  size?: ButtonSize
}

/** A button is on, off with its reason, or busy. There is no plain `disabled`: nobody could tell why. */
export type ButtonState =
  { offBecause?: undefined; busy?: boolean } | { offBecause: string; busy?: never; showReason?: boolean }

/**
 * Stays focusable while off or busy, so that keyboard and screen reader reach it and hear the reason; a click then does
 * nothing. The reason is drawn after the button unless `showReason` is false (then it is only read out).
 */
export const Button = ({ tone = 'secondary', size = 'normal', children, ...props }: Base & ButtonState) => {
  const reasonId = useId()
  const { offBecause, busy, showReason, type, onClick, ...rest } = { showReason: true, ...props }
  const off = offBecause !== undefined
  const button = (
    <button
      {...rest}
      type={type ?? 'button'}
      className={buttonStyle(tone, size, off)}
      aria-disabled={off || busy === true ? true : undefined}
      aria-busy={busy === true ? true : undefined}
      aria-describedby={off ? reasonId : rest['aria-describedby']}
      onClick={(event) => {
        if (off || busy === true) event.preventDefault()
        else onClick?.(event)
      }}
    >
      {children}
    </button>
  )
  if (!off) return button
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-1">
      {button}
      <span id={reasonId} className={showReason ? 'text-small text-ink2' : 'sr-only'}>
        {offBecause}
      </span>
    </span>
  )
}
