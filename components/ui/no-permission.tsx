/** Who may, and how to ask. Not an error: the frame stays, and what may be seen stays. */
export const NoPermission = ({ title, who }: { title: string; who: string }) => (
  <div className="max-w-[72ch] px-6 py-5 max-sm:px-4">
    <h2 className="font-section">{title}</h2>
    <p className="mt-0.5 text-pretty text-ink2">{who}</p>
  </div>
)
