import type { PickleValue } from '#formats';
import { isPowerfulModule } from '../../knowledge/find-danger.ts';
import { type Abstract, pathOf } from './abstract.ts';
import type { Collector } from './collector.ts';
import type { Evaluator } from './evaluation.ts';
import { isStorable } from './shapes.ts';
import { partsOf } from './weigh.ts';

export interface DataWalk {
  /** Looks at everything that a value holds; what was looked at before is not looked at again. */
  look(value: PickleValue, offset: number): void;
  /** Judges a reference that stays in the object, or was fetched for nothing. */
  judgeReference(value: Abstract, offset: number, isStored: boolean): void;
}

/**
 * Checks that all data is data: a reference that is stored can be called later, by an attribute planted under the
 * name of a method, or when the model is used. Each value of a program is looked at once, so all walks together
 * cost no more than the file has values.
 */
export function createDataWalk(evaluator: Evaluator, collector: Collector): DataWalk {
  const seen = new Set<PickleValue>();
  const walk: DataWalk = {
    look(root, offset) {
      const stack = [root];
      for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
        const parts = partsOf(value);
        if (parts.length > 0) {
          if (seen.has(value)) continue;
          seen.add(value);
          for (const part of parts) stack.push(part);
        } else if (value.kind === 'global' || value.kind === 'result') {
          walk.judgeReference(evaluator.resolve(value), offset, true);
        }
      }
    },
    judgeReference(value, offset, isStored) {
      if (
        value.kind === 'partial' ||
        value.kind === 'getter' ||
        value.kind === 'namespace' ||
        value.kind === 'made'
      )
        return; // judged where it was made
      if (value.kind !== 'object' || isStorable(evaluator, value)) return;
      const path = pathOf(value);
      const danger = evaluator.dangerOf(value);
      const known = evaluator.known(value);
      // What the pickle fetches to call it is known; only as stored data it is not.
      if (known !== undefined && (!isStored || danger === undefined)) {
        if (isStored) {
          collector.add(
            'unknownImport',
            path,
            offset,
            `a reference to ${path} is stored; calling it is not known to be harmless`,
            { evidence: () => path },
          );
        }
        return;
      }
      if (danger !== undefined) {
        const evidence = () => `from ${value.module} import ${value.name}`;
        if (danger.by === 'walked' && isPowerfulModule(danger.path)) {
          collector.add(
            'attributeWalk',
            path,
            offset,
            `${path} is the module ${danger.path}, reached through another one`,
            { evidence },
          );
          return;
        }
        collector.add(
          'dangerousImport',
          path,
          offset,
          `${path} (${danger.path}) is ${isStored ? 'stored' : 'imported'} without being called`,
          {
            evidence,
            confidence: danger.by === 'named-alike' ? 'medium' : 'high',
          },
        );
        return;
      }
      collector.add('unknownImport', path, offset, `${path} is imported and is not known to be safe`, {
        evidence: () => `from ${value.module} import ${value.name}`,
      });
    },
  };
  return walk;
}
