import { createTheme } from "@mantine/core";

/** Mantine in the app's look; colours and distances stand in tokens.css. */
export const theme = createTheme({
  respectReducedMotion: true,
  primaryColor: "cyan",
  primaryShade: 9,
  defaultRadius: "sm",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, 'DejaVu Sans Mono', monospace",
  headings: { fontWeight: "600" },
  fontSizes: { xs: "0.75rem", sm: "0.84rem", md: "0.95rem", lg: "1.05rem", xl: "1.2rem" },
  components: {
    Table: { defaultProps: { verticalSpacing: 8, horizontalSpacing: 12, fz: "sm" } },
    Badge: { defaultProps: { radius: "sm" }, styles: { label: { textTransform: "none", fontWeight: 600 } } },
    Code: { defaultProps: { color: "var(--hw-code)" } },
    // Yellow words on their own tint are too faint to read.
    Alert: {
      styles: (_: unknown, { color }: { color?: string }) =>
        color === "yellow" ? { title: { color: "var(--mantine-color-text)" } } : {},
    },
    // What is there for screen readers only is placed in it, and must not widen the page.
    TableScrollContainer: { styles: { scrollContainer: { position: "relative" } } },
    Anchor: { defaultProps: { underline: "always" } },
    // A dialog's heading is no banner of the page.
    Modal: { defaultProps: { attributes: { header: { role: "presentation" } } } },
    Paper: { defaultProps: { withBorder: true, radius: "md" } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
  },
});
