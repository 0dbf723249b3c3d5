/** Saves what a view shows as a CSV file. */
import { useState } from "preact/hooks";
import { type CsvQuestion, readCsv, saveFile } from "../store/csv.ts";
import { problemText } from "../store/problem-text.ts";
import { useStore } from "../ui/hooks.ts";

/** `question`: null while there is nothing to ask for. `name`: the file's, without its ending. */
type Props = Readonly<{ question: CsvQuestion | null; name: string }>;

export function CsvButton({ question, name }: Props) {
  const { signedIn } = useStore();
  const [state, setState] = useState<Readonly<{ isBusy: boolean; text: string }>>({ isBusy: false, text: "" });
  const save = async (): Promise<void> => {
    if (question === null || state.isBusy) return;
    setState({ isBusy: true, text: "Preparing the file…" });
    try {
      const { text, isCut } = await readCsv(signedIn, question);
      saveFile(`${name}${isCut ? "-incomplete" : ""}.csv`, text);
      setState({ isBusy: false, text: isCut ? "The file has only the newest rows: choose a shorter time." : "Saved." });
    } catch (error) {
      setState({ isBusy: false, text: problemText(error) });
    }
  };
  return (
    <span class="ui-labelled">
      <button
        type="button"
        class="ui-button"
        aria-disabled={question === null || state.isBusy}
        aria-busy={state.isBusy}
        onClick={() => void save()}
      >
        Save as CSV
      </button>
      <span role="status">{state.text}</span>
    </span>
  );
}
