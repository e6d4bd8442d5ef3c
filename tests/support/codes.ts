/** The order in which codes are asked. */
import { declaredCodes, stages } from '../../src/kernel/values/refusals.ts';

/** The places of codes' stages among all, in the order of the codes; -1 for one that is not declared. */
export const stagesOf = (codes: readonly (string | undefined)[]): readonly number[] => {
  const placed = new Map(declaredCodes().map(({ code, stage }) => [code, stages.indexOf(stage)]));
  return codes.map((code) => placed.get(code ?? '') ?? -1);
};

/** Whether codes stand in the order of their stages, each of them declared. */
export function inStages(codes: readonly (string | undefined)[]): boolean {
  const found = stagesOf(codes);
  return found.every((stage, at) => stage >= 0 && stage >= (found[at - 1] ?? 0));
}
