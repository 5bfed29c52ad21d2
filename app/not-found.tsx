import { ButtonLink } from '@/components/ui/button-link'
import { EmptyState } from '@/components/ui/empty-state'
import { paths } from '@/lib/paths'

/** The same answer for what does not exist and for what belongs to a team that the person is not in. */
export default function NotFound() {
  return (
    <main className="pt-6">
      <title>Not found · Signalbox</title>
      <EmptyState
        title="Not found"
        why="Check the link. It may name something that is gone, or a team that you are not in."
        next={<ButtonLink href={paths.home()}>Open the console</ButtonLink>}
      />
    </main>
  )
}
