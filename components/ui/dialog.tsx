'use client'
import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { buttonStyle } from './button-style'
import { FLOAT } from './float-style'
import { Icon } from './icon'

/**
 * A dialog over the page. `locked` keeps it from closing by Escape or a click beside it (a secret that is shown once);
 * it then needs its own way out among the children.
 */
export const Dialog = ({
  open,
  onClose,
  title,
  description,
  children,
  locked = false,
}: {
  open: boolean
  onClose: () => void
  title: string
  description?: ReactNode
  children: ReactNode
  locked?: boolean
}) => (
  <Base.Root
    open={open}
    disablePointerDismissal={locked}
    onOpenChange={(next, details) => {
      if (next) return
      if (locked) details.cancel()
      else onClose()
    }}
  >
    <Base.Portal>
      <Base.Backdrop className="fixed inset-0 z-40 bg-shade transition-opacity duration-120 data-ending-style:opacity-0 data-starting-style:opacity-0" />
      <Base.Popup
        className={`${FLOAT} fixed top-[12dvh] left-1/2 z-50 flex max-h-[80dvh] w-[min(37rem,calc(100vw-2rem))] -translate-x-1/2 flex-col overflow-y-auto max-sm:top-2 max-sm:max-h-[calc(100dvh-1rem)] max-sm:w-[calc(100vw-1rem)]`}
      >
        <div className="flex items-start gap-4 px-4 pt-3.5">
          <div className="min-w-0 flex-1">
            <Base.Title className="text-title">{title}</Base.Title>
            {description === undefined ? null : (
              <Base.Description className="mt-0.5 text-ink2">{description}</Base.Description>
            )}
          </div>
          {locked ? null : (
            <Base.Close aria-label="Close" className={buttonStyle('quiet', 'small')}>
              <Icon of={X} className="text-ink2" />
            </Base.Close>
          )}
        </div>
        <div className="px-4 pt-3 pb-4">{children}</div>
      </Base.Popup>
    </Base.Portal>
  </Base.Root>
)
