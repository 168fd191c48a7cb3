import { type ByteSource, budgetSource, countingSource } from '#bytes';
import type { CoverageGap, FileReport } from '#findings';
import type { FormatDocument, Member, ScanLimits } from '#formats';
import { type Budget, createBudget, limitsLeft, meterMember } from './budget.ts';
import { createDeadline, DeadlineError } from './deadline.ts';
import { type Ends, endsBytes, readEnds, sourceWithEnds } from './ends.ts';
import { toGap } from './gap.ts';
import { Judgement } from './judge.ts';
import type { Kit } from './kit.ts';
import { MAX_MEMBER_PATH_LENGTH, MAX_REPORTED_CHARACTERS } from './limits.ts';
import { type Material, type Understood, understand, understandAs } from './understand.ts';

export interface ScanJob {
  readonly path: string;
  readonly source: ByteSource;
  readonly ends: Ends; // of the source
  readonly deadlineMs: number;
}

/** Hands over a report with its place among the others: the outer file is 0, members follow in their order. */
export type Emit = (order: number, report: FileReport) => void;

/** Characters of a report's JSON besides paths, findings and gaps. */
const REPORT_OVERHEAD = 160;

interface Walk {
  readonly kit: Kit;
  readonly budget: Budget;
  readonly deadline: { check(): void; isPast(): boolean };
  readonly emit: Emit;
  readonly maxPathLength: number;
  nextOrder: number;
  charactersLeft: number;
}

/** A file at hand: the outer one, or a member. */
interface Subject {
  readonly path: string;
  readonly depth: number;
  readonly sizeBytes: number;
  readonly member: Member | undefined;
}

interface Opened {
  readonly source: ByteSource;
  readonly ends: Ends | undefined; // not read when the loader's format is known
  readBytes(): number;
}

/**
 * Takes one file apart: recognises it, parses it as each format that it is, opens its members in turn, and judges
 * a container after them, since its facts may grow until then. Whatever the bytes do ends in a report; what was not
 * understood is a gap in it.
 */
export async function scanSource(kit: Kit, job: ScanJob, emit: Emit): Promise<void> {
  const walk: Walk = {
    kit,
    budget: createBudget(kit.limits),
    deadline: createDeadline(job.deadlineMs, kit.now),
    emit,
    maxPathLength: job.path.length + MAX_MEMBER_PATH_LENGTH,
    nextOrder: 0,
    charactersLeft: MAX_REPORTED_CHARACTERS,
  };
  const subject: Subject = { path: job.path, depth: 0, sizeBytes: job.source.sizeBytes, member: undefined };
  await scanSubject(walk, subject, async () => openOuter(walk, job));
}

async function scanSubject(walk: Walk, subject: Subject, open: () => Promise<Opened>): Promise<void> {
  const order = walk.nextOrder++;
  const judgement = new Judgement(walk.kit.rules);
  const checkDeadline = () => walk.deadline.check();
  let opened: Opened | undefined;
  let documents: readonly FormatDocument[] = [];
  try {
    if (subject.member?.document !== undefined) documents = [subject.member.document];
    else {
      opened = await open();
      documents = (await understandOpened(walk, subject, opened, judgement)).map(({ document }) => document);
    }
    await scanMembers(walk, subject, documents, judgement);
  } catch (error) {
    judgement.addGap(toGap(error));
  }
  for (const document of documents) {
    for (const gap of document.gaps) judgement.addGap(gap);
    judgement.detect(document, walk.kit.detectors, subject.path, checkDeadline);
  }
  if (walk.deadline.isPast()) judgement.addGap(toGap(new DeadlineError()));
  const { findings, gaps, verdict } = judgement.finish();
  const coverage = {
    sizeBytes: toCount(opened?.source.sizeBytes ?? subject.sizeBytes),
    readBytes: opened?.readBytes() ?? 0,
    dataBytes: toCount(Math.max(0, ...documents.map((document) => document.dataBytes))),
    gaps,
  };
  walk.charactersLeft -= judgement.textLength + subject.path.length + REPORT_OVERHEAD;
  walk.emit(order, {
    path: subject.path,
    format: documents[0]?.kind ?? 'unknown',
    verdict,
    findings,
    coverage,
  });
}

/** What a container declares of its members may be any number. */
function toCount(value: number): number {
  return Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

async function understandOpened(
  walk: Walk,
  subject: Subject,
  opened: Opened,
  judgement: Judgement,
): Promise<readonly Understood[]> {
  const material: Material = {
    source: opened.source,
    context: {
      name: subject.path,
      limits: limitsLeft(walk.budget),
      checkDeadline: () => walk.deadline.check(),
    },
    formats: walk.kit.formats,
    judgement,
  };
  const loadedAs = subject.member?.loadedAs;
  if (opened.ends === undefined && loadedAs !== undefined) return understandAs(material, loadedAs);
  return understand(material, opened.ends ?? (await readEnds(opened.source)));
}

/** Opens what the documents of a file hold. What is not opened for a limit is a gap of the container. */
async function scanMembers(
  walk: Walk,
  container: Subject,
  documents: readonly FormatDocument[],
  judgement: Judgement,
): Promise<void> {
  const skipped = new Map<Skip, number>();
  for (const document of documents) {
    for (const member of document.members) {
      if (member.role === 'data') continue;
      const skip = whySkip(walk, container);
      if (skip === undefined) await scanMember(walk, container, member);
      else skipped.set(skip, (skipped.get(skip) ?? 0) + 1);
    }
  }
  for (const [skip, count] of skipped) judgement.addGap(toSkipGap(skip, count, walk.budget.limits));
}

type Skip = 'depth' | 'members' | 'report' | 'time';

function whySkip(walk: Walk, container: Subject): Skip | undefined {
  if (container.depth >= walk.budget.limits.maxDepth) return 'depth';
  if (walk.budget.membersLeft <= 0) return 'members';
  if (walk.charactersLeft <= 0) return 'report';
  return walk.deadline.isPast() ? 'time' : undefined;
}

function toSkipGap(skip: Skip, count: number, limits: ScanLimits): CoverageGap {
  switch (skip) {
    case 'depth':
      return {
        code: 'limit',
        detail: `${count} members deeper than ${limits.maxDepth} levels were not opened`,
      };
    case 'members':
      return {
        code: 'limit',
        detail: `${count} members after the first ${limits.maxMembers} were not opened`,
      };
    case 'report':
      return { code: 'limit', detail: `${count} members were not opened as the report is full` };
    case 'time':
      return { code: 'timeout', detail: `${count} members were not opened in time` };
  }
}

async function scanMember(walk: Walk, container: Subject, member: Member): Promise<void> {
  walk.budget.membersLeft -= 1;
  const path = `${container.path}!${member.path}`;
  const subject: Subject = {
    path: path.length > walk.maxPathLength ? `${path.slice(0, walk.maxPathLength - 3)}...` : path,
    depth: container.depth + 1,
    sizeBytes: member.sizeBytes,
    member,
  };
  await scanSubject(walk, subject, () => openMember(walk, member));
}

function openOuter(walk: Walk, job: ScanJob): Opened {
  const ahead = endsBytes(job.source.sizeBytes);
  const counted = budgetSource(job.source, { maxBytes: walk.budget.limits.maxReadBytes - ahead });
  return {
    source: sourceWithEnds(counted, job.ends),
    ends: job.ends,
    readBytes: () => ahead + counted.counted.bytes,
  };
}

async function openMember(walk: Walk, member: Member): Promise<Opened> {
  const source = countingSource(meterMember(await member.open(), walk.budget));
  const readBytes = () => source.counted.bytes;
  if (member.loadedAs !== undefined) return { source, ends: undefined, readBytes };
  const ends = await readEnds(source);
  return { source: sourceWithEnds(source, ends), ends, readBytes };
}
