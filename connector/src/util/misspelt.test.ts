import { expect, it } from "vitest";
import { describeUnknownNames } from "./misspelt.ts";

const known = ["PBXIS_ORIGINATE_CONTEXT", "PBXIS_TOKEN", "AMI_PORT"];

it.each<[string, string[]]>([
  ["PBXIS_TOKEN", []],
  ["PATH", []],
  ["HOME_AMI_PORT", []],
  [
    "PBXIS_ORIGNATE_CONTEXT",
    ["PBXIS_ORIGNATE_CONTEXT is not a setting of the connector; did you mean PBXIS_ORIGINATE_CONTEXT?"],
  ],
  ["AMI_PROT", ["AMI_PROT is not a setting of the connector; did you mean AMI_PORT?"]],
  ["PBXIS_SOMETHING_ELSE", ["PBXIS_SOMETHING_ELSE is not a setting of the connector"]],
])("%s", (name, messages) => {
  expect(describeUnknownNames([name], known)).toEqual(messages);
});
