import type { ComponentType, ReactNode } from "react";

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      width={16}
      height={16}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export function CopyGlyph() {
  return (
    <Icon>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M10.5 3.5v-.2A1.3 1.3 0 0 0 9.2 2H3.3A1.3 1.3 0 0 0 2 3.3v5.9a1.3 1.3 0 0 0 1.3 1.3h.2" />
    </Icon>
  );
}

export function DoneGlyph() {
  return (
    <Icon>
      <path d="m3 8.5 3.2 3.2L13 5" />
    </Icon>
  );
}

export function SearchGlyph() {
  return (
    <Icon>
      <circle cx="7" cy="7" r="4.5" />
      <path d="m10.5 10.5 3.2 3.2" />
    </Icon>
  );
}

export function SunGlyph() {
  return (
    <Icon>
      <circle cx="8" cy="8" r="3" />
      <path d="M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.8.8M11.8 11.8l.8.8M3.4 12.6l.8-.8M11.8 4.2l.8-.8" />
    </Icon>
  );
}

export function MoonGlyph() {
  return (
    <Icon>
      <path d="M13.5 9.5A5.8 5.8 0 0 1 6.5 2.5a5.8 5.8 0 1 0 7 7Z" />
    </Icon>
  );
}

const drawn = (path: string): ComponentType =>
  function Glyph() {
    return (
      <Icon>
        <path d={path} />
      </Icon>
    );
  };

export const OverviewGlyph = drawn("M2 9.5 5 6l3 3 5.5-6M10 3h3.5v3.5M2 13.5h12");
export const CatalogGlyph = drawn("M2.5 3.5h11M2.5 8h11M2.5 12.5h11");
export const LineageGlyph = drawn(
  "M2 3h4v3H2zM2 10h4v3H2zM10 6.5h4v3h-4zM6 4.5c2 0 2 3.5 4 3.5M6 11.5c2 0 2-3.5 4-3.5",
);
export const RunsGlyph = drawn("M2 4h6M4 8h8M9 12h5");
export const BackfillsGlyph = drawn("M2.5 3h11v3h-11zM2.5 10h11v3h-11zM6 3v3M9.5 3v3M6 10v3");
export const AutomationGlyph = drawn("M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z");
export const SettingsGlyph = drawn("M2 4.5h7M12 4.5h2M2 11.5h2M7 11.5h7M9 2.8v3.4h3V2.8zM4 9.8v3.4h3V9.8z");
export const SensorGlyph = drawn(
  "M3.8 12.2a6 6 0 0 1 0-8.4M12.2 3.8a6 6 0 0 1 0 8.4M5.9 10.1a3 3 0 0 1 0-4.2M10.1 5.9a3 3 0 0 1 0 4.2M8 8h.01",
);
export const ScheduleGlyph = drawn("M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M8 4.5V8l2.3 1.6");
export const ColumnsGlyph = drawn("M3 4h10M3 8h10M3 12h6");
export const MoreGlyph = drawn("M3 8h.01M8 8h.01M13 8h.01");
export const CloseGlyph = drawn("m4 4 8 8M12 4l-8 8");
export const PlusGlyph = drawn("M8 3v10M3 8h10");
export const MinusGlyph = drawn("M3 8h10");
export const FitGlyph = drawn("M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10");
export const DownloadGlyph = drawn("M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11");
