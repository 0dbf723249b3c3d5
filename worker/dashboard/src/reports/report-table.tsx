/** A table of figures: a row for each queue, agent or interval, and one for all together. */
import type { ComponentChildren } from "preact";
import type { Column } from "./columns.ts";

type Props<Totals> = Readonly<{
  caption: string;
  /** The title of the first column. */
  what: string;
  columns: readonly Column<Totals>[];
  rows: readonly Readonly<{ key: string; head: ComponentChildren; totals: Totals }>[];
  /** Null if there is no such row. */
  all: Totals | null;
}>;

export function ReportTable<Totals>({ caption, what, columns, rows, all }: Props<Totals>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than the screen scrolls, by the keyboard, too.
    <section class="rp-scroll" tabIndex={0} aria-label={caption}>
      <table class="rp-table">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{what}</th>
            {columns.map(({ title, hint, isMinor }) => (
              <th key={title} scope="col" title={hint} data-minor={isMinor}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, head, totals }) => (
            <tr key={key}>
              <th scope="row">{head}</th>
              <Cells columns={columns} totals={totals} />
            </tr>
          ))}
        </tbody>
        {all !== null && (
          <tfoot>
            <tr>
              <th scope="row">All</th>
              <Cells columns={columns} totals={all} />
            </tr>
          </tfoot>
        )}
      </table>
    </section>
  );
}

function Cells<Totals>({ columns, totals }: Readonly<{ columns: readonly Column<Totals>[]; totals: Totals }>) {
  return columns.map(({ title, text, isMinor }) => (
    <td key={title} data-minor={isMinor}>
      {text(totals)}
    </td>
  ));
}
