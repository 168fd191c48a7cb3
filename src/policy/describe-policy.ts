import type { PolicyDocument, PolicyName } from '#api';
import { createPolicy } from './create-policy.ts';
import { POLICY_RULES } from './policy-rule.ts';

const DESCRIPTIONS: Readonly<Record<PolicyName, string>> = {
  balanced: 'stops what is not known to be harmless',
  observe: 'has the same conditions, warns and stops nothing',
};

/** Every policy a repository can have, as people read it. */
export function describePolicies(): PolicyDocument[] {
  return (Object.keys(POLICY_RULES) as PolicyName[]).map((name) => ({
    name,
    digest: createPolicy(name).digest,
    description: DESCRIPTIONS[name],
    rules: Object.values(POLICY_RULES[name]).map((rule) => ({
      id: rule.id,
      when: `verdict of a file is ${rule.verdict}`,
      effect: rule.effect,
    })),
  }));
}
