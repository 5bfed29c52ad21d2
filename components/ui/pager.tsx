import { ButtonLink } from './button-link'

/** The way on in a list that is longer than one page, and back to its beginning. Nothing when one page is all. */
export const Pager = ({ first, next }: { first: string | null; next: string | null }) =>
  first === null && next === null ? null : (
    <nav aria-label="Pages" className="flex gap-2 px-6 py-2.5 max-sm:px-4">
      {first === null ? null : (
        <ButtonLink href={first} size="small">
          First page
        </ButtonLink>
      )}
      {next === null ? null : (
        <ButtonLink href={next} size="small">
          Next page
        </ButtonLink>
      )}
    </nav>
  )
