/** The pages of the list that are loaded, and what is being asked for. Pure. */
import type { CallsAnswer, QueueCall } from "@pbxis/shared/client";

/** `question` separates answers to the current filter from late ones to an earlier filter. */
export type CallList = Readonly<{
  question: number;
  calls: readonly QueueCall[];
  /** The cursor of the next page; null if there is none, or none is known yet. */
  next: string | null;
  isLoading: boolean;
  /** Whether there has been an answer to the current filter. */
  isKnown: boolean;
  problem: string | null;
}>;

export type CallListInput =
  /** `isOther`: the filter is another one, so the calls that are shown are not those that it names. */
  | Readonly<{ kind: "ask"; isOther: boolean }>
  | Readonly<{ kind: "more" }>
  | Readonly<{ kind: "answer"; question: number; answer: CallsAnswer; isMore: boolean }>
  | Readonly<{ kind: "failed"; question: number; problem: string }>;

export const emptyCallList: CallList = {
  question: 0,
  calls: [],
  next: null,
  isLoading: false,
  isKnown: false,
  problem: null,
};

/** More are not shown: who needs them all takes the CSV file. */
export const maxShown = 2_000;

export function stepCallList(list: CallList, input: CallListInput): CallList {
  switch (input.kind) {
    case "ask": {
      const kept = input.isOther ? emptyCallList : list;
      return { ...kept, question: list.question + 1, isLoading: true };
    }
    case "more":
      return { ...list, isLoading: true };
    case "answer": {
      if (input.question !== list.question) return list;
      const { calls, next } = input.answer;
      const all = input.isMore ? withoutDoubles([...list.calls, ...calls]) : calls;
      const isFull = all.length >= maxShown;
      return { ...list, calls: all, next: isFull ? null : next, isLoading: false, isKnown: true, problem: null };
    }
    case "failed":
      return input.question === list.question ? { ...list, isLoading: false, problem: input.problem } : list;
  }
}

export function keyOf({ uniqueId, queue, joinedAt, answeredAt, endedAt }: QueueCall): string {
  return [uniqueId, queue, joinedAt, answeredAt ?? endedAt].join(" ");
}

function withoutDoubles(calls: readonly QueueCall[]): readonly QueueCall[] {
  return [...new Map(calls.map((call) => [keyOf(call), call])).values()];
}
