/**
 * Proves to the compiler that the types of `client.api.d.ts`, which are printed from the schemas, are those that zod
 * infers, but for brands: outside this repository an agent's id is a string.
 */
import type * as shared from "@pbxis/shared/client";
import type * as z from "zod";
import type * as published from "./client.api.d.ts";

type Plain<Type> =
  Type extends z.core.$brand<string> ? string : Type extends object ? { [Key in keyof Type]: Plain<Type[Key]> } : Type;

/** What the compiler prints when they differ. */
type Renew = "renew client.api.d.ts by: pnpm exec vitest run --project node packaging -u";
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : Renew;
/** Both through the same mapping, because the compiler compares how types were made. */
type Same<A, B> = Equal<Plain<A>, Plain<B>>;

export const equalTypes: readonly true[] = [
  true satisfies Same<shared.SiteEvent, published.SiteEvent>,
  true satisfies Same<shared.LinkState, published.LinkState>,
  true satisfies Same<shared.CommandInput, published.CommandInput>,
  true satisfies Same<shared.CommandResult, published.CommandResult>,
  true satisfies Same<shared.Candidate, published.Candidate>,
  true satisfies Same<shared.SiteStatus, published.SiteStatus>,
  true satisfies Same<shared.StateAnswer, published.StateAnswer>,
  true satisfies Same<shared.CommandFailure, published.CommandFailure>,
  true satisfies Same<shared.CallsAnswer, published.CallsAnswer>,
  true satisfies typeof shared.connectSite extends typeof published.connectSite ? true : Renew,
];
