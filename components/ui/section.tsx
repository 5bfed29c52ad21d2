import { useId, type ReactNode } from 'react'

/** A part of a page: a 40 px head over whatever it heads, cut from its neighbours by a hairline. */
export const Section = ({
  title,
  note,
  act,
  children,
}: {
  title: string
  note?: ReactNode
  act?: ReactNode
  children: ReactNode
}) => {
  const id = useId()
  return (
    <section aria-labelledby={id}>
      <div className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-6 py-1.5 max-sm:px-4">
        <h2 id={id} className="font-section">
          {title}
        </h2>
        {note === undefined ? null : <span className="text-small text-ink2">{note}</span>}
        {act === undefined ? null : <span className="ml-auto">{act}</span>}
      </div>
      {children}
    </section>
  )
}

/** What stands under the head when it is no table: set in from the edges, its words and fields no wider than is read. */
export const SectionBody = ({ children }: { children: ReactNode }) => (
  <div className="border-b border-line px-6 py-4 max-sm:px-4">
    <div className="max-w-[64ch]">{children}</div>
  </div>
)
