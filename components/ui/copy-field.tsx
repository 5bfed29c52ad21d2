'use client'
import { useId } from 'react'
import { CONTROL, HINT, LABEL } from './control-style'
import { CopyButton } from './copy-button'

/** A value to take away: read-only, selected by one click, with its copy button. */
export const CopyField = ({
  label,
  value,
  what,
  hint,
}: {
  label: string
  value: string
  what: string
  hint?: string
}) => {
  const id = useId()
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className={LABEL}>
        {label}
      </label>
      <span className="flex items-center gap-2">
        <input
          id={id}
          readOnly
          value={value}
          onFocus={(event) => event.target.select()}
          className={`${CONTROL} bg-canvas font-mono text-small`}
        />
        <CopyButton text={value} what={what} />
      </span>
      {hint === undefined ? null : <span className={HINT}>{hint}</span>}
    </div>
  )
}
