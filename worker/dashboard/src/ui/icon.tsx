/** The icons of the page. They are hidden from screen readers: each stands beside a text that says the same. */

const paths = {
  check: "M3.5 8.5l3 3 6-7",
  warn: "M8 2.2l6.3 11.3H1.7zM8 6.3v3.4M8 11.6v.3",
  bad: "M5 1.8h6L14.2 5v6L11 14.2H5L1.8 11V5zM5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8",
  screen: "M2 3h12v8H2zM6 14h4M8 11v3",
  settings: "M2 4.5h7M12.5 4.5H14M2 11.5h1.5M7 11.5h7M9 2.8h3.4v3.4H9zM3.5 9.8h3.4v3.4H3.5z",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: Readonly<{ name: IconName }>) {
  return (
    <svg class={`ui-icon ui-icon-${name}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
