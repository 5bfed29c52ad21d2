import { StatusMark } from '@/components/ui/status-mark'
import type { Gap } from './gaps'

/** More names than anybody reads at once; all of them are with the spans. */
const ITEMS_SHOWN = 12

/** What was not understood, each with the way out; nothing when there is nothing. */
export const GapList = ({ title, gaps }: { title: string; gaps: readonly Gap[] }) =>
  gaps.length === 0 ? null : (
    <>
      <h3 className="border-b border-line px-6 pt-3 pb-1.5 font-section max-sm:px-4">{title}</h3>
      <ul aria-label={title}>
        {gaps.map((gap) => (
          <li key={gap.id} className="border-b border-line px-6 py-2.5 max-sm:px-4">
            <h4 className="flex items-start gap-2 font-key">
              <span className="pt-1.25">
                <StatusMark status={gap.status} />
              </span>
              {gap.what}
            </h4>
            <div className="pl-4.5">
              <p className="max-w-[72ch] text-small text-pretty text-ink2">{gap.wayOut}</p>
              {gap.items.length === 0 ? null : (
                <ul className="mt-1 flex flex-col gap-1 font-mono text-small text-ink2">
                  {gap.items.slice(0, ITEMS_SHOWN).map((item) => (
                    <li key={item} className="break-words">
                      {item}
                    </li>
                  ))}
                  {gap.items.length > ITEMS_SHOWN ? (
                    <li className="font-sans text-ink3">and {gap.items.length - ITEMS_SHOWN} more</li>
                  ) : null}
                </ul>
              )}
            </div>
          </li>
        ))}
      </ul>
    </>
  )
