'use client'
import { X } from 'lucide-react'
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { buttonStyle } from './button-style'
import { Icon } from './icon'
import { StatusMark } from './status-mark'

type Note = { id: number; status: 'ok' | 'warning'; title: string; description: string | undefined }
type Notify = {
  done: (title: string, description?: string) => void
  failed: (title: string, description: string) => void
}

const DONE_MS = 6_000
/** More at once than anybody reads; the oldest goes first. */
const SHOWN_MAX = 4

const ToastContext = createContext<Notify | null>(null)

/** Says what happened, in the past tense. What was done goes after 6 s; what failed stays until it is dismissed. */
export const useToast = (): Notify => {
  const notify = useContext(ToastContext)
  if (!notify) throw new Error('useToast needs a ToastProvider above it.')
  return notify
}

/** Our own and not Base UI's, which is 15 kB of every page's first load. The live region is always there to be heard. */
export const ToastProvider = ({ children }: { children: ReactNode }) => {
  const [notes, setNotes] = useState<readonly Note[]>([])
  const notify = useMemo((): Notify => {
    let last = 0
    const add = (note: Omit<Note, 'id'>) => setNotes((old) => [...old.slice(1 - SHOWN_MAX), { ...note, id: ++last }])
    return {
      done: (title, description) => add({ status: 'ok', title, description }),
      failed: (title, description) => add({ status: 'warning', title, description }),
    }
  }, [])
  const close = useCallback((id: number) => setNotes((old) => old.filter((one) => one.id !== id)), [])
  return (
    <ToastContext.Provider value={notify}>
      {children}
      <section
        aria-label="What happened"
        aria-live="polite"
        className="fixed right-4 bottom-4 z-60 flex w-[min(22.5rem,calc(100vw-2rem))] flex-col gap-2"
      >
        {notes.map((note) => (
          <Toast key={note.id} note={note} onClose={close} />
        ))}
      </section>
    </ToastContext.Provider>
  )
}

const Toast = ({ note, onClose }: { note: Note; onClose: (id: number) => void }) => {
  // The external system is the clock.
  useEffect(() => {
    if (note.status !== 'ok') return
    const timer = window.setTimeout(onClose, DONE_MS, note.id)
    return () => window.clearTimeout(timer)
  }, [note.id, note.status, onClose])
  return (
    <div className="flex items-start gap-2 rounded-float border border-line2 bg-surface py-2 pr-2 pl-3 text-ink shadow-float">
      <span className="pt-1.25">
        <StatusMark status={note.status} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="font-key">{note.title}</p>
        {note.description === undefined ? null : <p className="text-small text-ink2">{note.description}</p>}
      </div>
      <button
        type="button"
        aria-label="Dismiss"
        onClick={() => onClose(note.id)}
        className={buttonStyle('quiet', 'small')}
      >
        <Icon of={X} className="text-ink2" />
      </button>
    </div>
  )
}
