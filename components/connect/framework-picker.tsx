'use client'
import { FRAMEWORKS, type Framework } from '@/lib/sources/snippets'

type Props = { chosen: string; hrefOf: (id: string) => string; onChoose: (id: string) => void }

const GROUPS = [
  { name: 'Python', language: 'Python' },
  { name: 'Node', language: 'Node' },
  { name: 'Any', language: null },
] as const

/** Links, because the choice is in the URL and opens in a new tab; a plain click changes the page in place. */
export const FrameworkPicker = (props: Props) => (
  <nav aria-label="Frameworks" className="flex flex-col gap-1.5">
    {GROUPS.map(({ name, language }) => (
      <div key={name} className="grid grid-cols-[3.25rem_minmax(0,1fr)] max-sm:grid-cols-1">
        <span aria-hidden="true" className="text-small leading-7 text-ink3">
          {name}
        </span>
        <ul aria-label={name} className="flex flex-wrap gap-1.5">
          {FRAMEWORKS.filter((one) => one.language === language).map((framework) => (
            <li key={framework.id}>
              <Choice framework={framework} {...props} />
            </li>
          ))}
        </ul>
      </div>
    ))}
  </nav>
)

const Choice = ({ framework: { id, name }, chosen, hrefOf, onChoose }: Props & { framework: Framework }) => (
  <a
    href={hrefOf(id)}
    aria-current={id === chosen ? 'true' : undefined}
    onClick={(event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
      event.preventDefault()
      onChoose(id)
    }}
    className={`inline-flex h-7 items-center rounded-control border px-2.5 text-small whitespace-nowrap max-sm:h-11 ${
      id === chosen ? 'border-accent bg-accent-wash font-key text-ink' : 'border-line2 text-ink2 hover:bg-hover'
    }`}
  >
    {name}
  </a>
)
