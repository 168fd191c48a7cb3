import { describe, expect, it } from 'vitest';
import { activePatternsOf } from './active-text.ts';

function findIn(name: string, text: string): boolean {
  return activePatternsOf(name, text).some(({ pattern }) => pattern.test(text));
}

describe('text that does more than be read', () => {
  it.each([
    ['a.svg', '<svg><script>x</script></svg>'],
    ['a.svg', '<svg onload=x>'],
    ['a.svg', '<svg\nonload = "x">'],
    ['a.html', '<a href="JavaScript:x">'],
    ['a.xml', '<!DOCTYPE a SYSTEM "http://host/a.dtd"><a/>'],
    ['a.xml', '<!DOCTYPE a [ <!ENTITY b "c"> ]><a/>'],
    ['a.xml', '<?xml version="1.0" encoding="UTF-16"?><a/>'],
    ['a.xml', '<a><xi:include href="file:///etc/passwd"/></a>'],
    ['noname', '<svg><script>x</script></svg>'],
    ['a.yaml', 'a: 1\nb: !!python/object:os.system []'],
    ['a.yaml', 'a: !<tag:yaml.org,2002:python/name:os.system> x'],
    ['a.yml', '%TAG !y! tag:yaml.org,2002:python/\n---\n!y!name:os.system x'],
    ['a.yaml', 'model: {_target_: os.system}'],
    ['a.yaml', 'model:\n  - "_target_": os.system'],
    ['noname', '# note\n\nkey: !!python/name:os.system'],
  ])('sees it in %s: %s', (name, text) => {
    expect(findIn(name, text)).toBe(true);
  });

  it.each([
    ['readme.md', '<p align="center">\n<script> and `!!python/object` in prose'],
    ['a.txt', 'call os.system, eval(, javascript: and onload='],
    ['a.csv', 'id,text\n1,<script>'],
    ['a.html', '<!DOCTYPE html>\n<html><body>one = two</body></html>'],
    ['a.xml', '<?xml version="1.0" encoding="UTF-8"?><a b="c"/>'],
    ['a.yaml', 'a: 1\ntarget: model.Model\nb: !custom x'],
    ['a.toml', '[a]\nb = "<script>"'],
  ])('is silent about %s: %s', (name, text) => {
    expect(findIn(name, text)).toBe(false);
  });

  it('takes a text of empty lines in linear time', () => {
    // Steps, not seconds: with two ways to read each line end this does not return at all.
    for (const line of ['\n', '#\n', ' \n', '\t#\n']) {
      expect(activePatternsOf('noname', `${line.repeat(2_000)}x`)).toEqual([]);
    }
  });
});
