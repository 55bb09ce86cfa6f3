import { ticksOf } from "./timeline";

/** The moments below a timeline; with their day where it is longer than one. */
export function TimeAxis({ begin, end }: { begin: number; end: number }) {
  const dayLong = end - begin > 86_400;
  return (
    <div className="hw-timeline-line hw-timeline-axis" aria-hidden="true" data-days={dayLong}>
      <span />
      <div>
        {ticksOf(begin, end).map((moment) => (
          <span
            key={moment}
            style={{
              left: `clamp(var(--hw-half), ${((100 * (moment - begin)) / (end - begin)).toFixed(3)}%, 100% - var(--hw-half))`,
            }}
          >
            {new Date(moment * 1000).toLocaleString(undefined, {
              ...(dayLong ? { month: "short", day: "numeric" } : {}),
              hour: "2-digit",
              minute: "2-digit",
            })}
          </span>
        ))}
      </div>
    </div>
  );
}
