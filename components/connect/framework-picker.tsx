'use client'
import { FRAMEWORKS } from '@/lib/sources/snippets'

/** Links, because the choice is in the URL and opens in a new tab; a plain click changes the page in place. */
export const FrameworkPicker = ({
  chosen,
  hrefOf,
  onChoose,
}: {
  chosen: string
  hrefOf: (id: string) => string
  onChoose: (id: string) => void
}) => (
  <nav aria-label="Frameworks">
    <ul className="flex flex-wrap gap-1.5">
      {FRAMEWORKS.map(({ id, name, language }) => (
        <li key={id}>
          <a
            href={hrefOf(id)}
            aria-current={id === chosen ? 'true' : undefined}
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
              event.preventDefault()
              onChoose(id)
            }}
            className={`inline-flex h-7 items-center gap-1.5 rounded-control border px-2.5 text-small whitespace-nowrap max-sm:h-11 ${
              id === chosen ? 'border-accent bg-accent-wash font-key text-ink' : 'border-line2 text-ink2 hover:bg-hover'
            }`}
          >
            {name}
            {language === null ? null : <span className="font-normal text-ink3">{language}</span>}
          </a>
        </li>
      ))}
    </ul>
  </nav>
)
