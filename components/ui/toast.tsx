'use client'
import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { buttonStyle } from './button-style'
import { FLOAT } from './float-style'
import { Icon } from './icon'
import { StatusMark } from './status-mark'

const DONE_MS = 6_000
const STAYS = 0

/** Says what happened, in the past tense. What was done goes after 6 s; what failed stays until it is dismissed. */
export const useToast = () => {
  const { add } = Toast.useToastManager()
  return {
    done: (title: string, description?: string) =>
      add({ title, type: 'ok', timeout: DONE_MS, ...(description === undefined ? {} : { description }) }),
    failed: (title: string, description: string) =>
      add({ title, description, type: 'warning', timeout: STAYS, priority: 'high' }),
  }
}

export const ToastProvider = ({ children }: { children: ReactNode }) => (
  <Toast.Provider limit={4}>
    {children}
    <Toast.Portal>
      <Toast.Viewport className="fixed right-4 bottom-4 z-60 flex w-[min(22.5rem,calc(100vw-2rem))] flex-col gap-2">
        <Toasts />
      </Toast.Viewport>
    </Toast.Portal>
  </Toast.Provider>
)

const Toasts = () =>
  Toast.useToastManager().toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={FLOAT}>
      <Toast.Content className="flex items-start gap-2 py-2 pr-2 pl-3">
        <span className="pt-1.25">
          <StatusMark status={toast.type === 'ok' ? 'ok' : 'warning'} />
        </span>
        <span className="min-w-0 flex-1">
          <Toast.Title className="font-key" />
          <Toast.Description className="text-small text-ink2" />
        </span>
        <Toast.Close aria-label="Dismiss" className={buttonStyle('quiet', 'small')}>
          <Icon of={X} className="text-ink2" />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ))
