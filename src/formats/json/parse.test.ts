import { describe, expect, it } from 'vitest';
import { memorySource } from '#bytes';
import type { ParseContext } from '../format.ts';
import { parseJson } from './parse.ts';

const context: ParseContext = {
  name: 'a.json',
  limits: {
    maxDepth: 1,
    maxMembers: 1,
    maxInflatedBytes: 1,
    maxRatio: 1,
    maxPickleOps: 1,
    maxReadBytes: 1,
    deadlineMs: 1,
  },
  checkDeadline() {},
};

function parse(text: string) {
  return parseJson(memorySource(Buffer.from(text)), context);
}

describe('JSON', () => {
  it('finds a name twice in one object by its meaning, not by its spelling, and not across objects', async () => {
    expect((await parse('{"a": 1, "b": {"a": 2}, "c": [{"a": 1}, {"a": 1}]}')).anomalies).toEqual([]);
    const { anomalies } = await parse('{"model": 1, "mo\\u0064el": 2}');
    expect(anomalies).toEqual([
      { code: 'duplicate-key', detail: '"model" occurs twice in one object', offset: 13 },
    ]);
  });

  it('knows a shape however many names stand before it', async () => {
    const many = Array.from({ length: 200 }, (_, index) => `"k${index}": 0`).join(',');
    const { gaps, topKeys } = await parse(`{${many}, "cells": [], "nbformat": 4}`);
    expect(gaps.map(({ detail }) => detail)).toEqual(['notebook: its code is not analysed yet']);
    expect(topKeys.length).toBe(64);
  });

  it('reports a name that loads code at any depth, and not where its value is null', async () => {
    expect((await parse('[{"a": {"auto_map": {"AutoModel": "m.M"}}}]')).gaps.length).toBe(1);
    expect((await parse('{"auto_map": null, "chat_template": null}')).gaps).toEqual([]);
  });
});
